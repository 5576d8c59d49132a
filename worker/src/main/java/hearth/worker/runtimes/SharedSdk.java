package hearth.worker.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/// A copy of AWS's SDK that all functions of a language share, as `hearth runtimes install` keeps it.
///
/// @param name as it is installed by: `boto3` or `aws-sdk-js`
/// @param version such as `1.43.11`
/// @param since the oldest version of the language that it works with, such as `3.10` or `20`
/// @param folder what a sandbox sees of it
public record SharedSdk(String name, String version, String since, Path folder) {
    public static final String PYTHON = "boto3";
    public static final String NODE = "aws-sdk-js";

    /// Tells `version` and `since`, beside the folder of the modules.
    public static final String PROPERTIES = "sdk.properties";

    /// The folder of the modules within a copy.
    ///
    /// @param name of the SDK
    public static String modules(String name) {
        return name.equals(PYTHON) ? "site-packages" : "node_modules";
    }

    /// The newest copy that works with this version of the language.
    ///
    /// @param language such as `3.12` or `20`
    static Optional<SharedSdk> newest(KeptRuntimes kept, String name, String language) {
        return kept.copies(name).stream()
                .flatMap(copy -> at(copy, name).stream())
                .filter(sdk -> sdk.worksWith(language))
                .findFirst();
    }

    /// The SDK in this folder, if there is a whole one.
    public static Optional<SharedSdk> at(Path copy, String name) {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(copy.resolve(PROPERTIES))) {
            properties.load(in);
        } catch (IOException _) {
            return Optional.empty();
        }
        var folder = copy.resolve(modules(name));
        return Files.isDirectory(folder)
                ? Optional.of(new SharedSdk(
                        name, properties.getProperty("version", ""), properties.getProperty("since", ""), folder))
                : Optional.empty();
    }

    /// @param language a version of the language, such as `3.12`
    public boolean worksWith(String language) {
        return number(language) >= number(since);
    }

    /// `3.12` as 3012, `20` as 20000; nothing as 0.
    private static int number(String version) {
        var parts = version.split("\\.");
        try {
            int major = Integer.parseInt(parts[0]);
            return major * 1000 + (parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// For people to read: `boto3 1.43.11`.
    String title() {
        return name + " " + version;
    }
}
