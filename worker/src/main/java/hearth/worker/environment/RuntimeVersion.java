package hearth.worker.environment;

import hearth.model.Region;
import hearth.worker.runtimes.InstalledRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A runtime's version in the form in which INIT_START names it: `python:3.12.v7` for Python 3.12.7.
record RuntimeVersion(String text) {
    static RuntimeVersion of(InstalledRuntime runtime) {
        var id = runtime.id();
        int split = 0;
        while (split < id.length() && Character.isLetter(id.charAt(split))) {
            split++;
        }
        var language = id.substring(0, split);
        var line = id.substring(split).replaceFirst("\\.x$", "").replaceFirst("^\\.", "");
        var rest = runtime.version().startsWith(line + ".") ? runtime.version().substring(line.length() + 1) : "1";
        return new RuntimeVersion(language + ":" + line + ".v" + rest);
    }

    /// Tells two versions apart, and says nothing more.
    String arn(Region region) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "arn:" + region.partition() + ":lambda:" + region + "::runtime:"
                    + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
