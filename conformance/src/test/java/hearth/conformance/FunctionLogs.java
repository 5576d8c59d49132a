package hearth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What functions have printed, as a server keeps it in its data folder.
final class FunctionLogs {
    private FunctionLogs() {}

    /// All that the environments of a function said, in the order in which they did. A backslash is written twice.
    static String text(Path data, String function) {
        var of = data.resolve("logs/000000000000/eu-west-1/%2Faws%2Flambda%2F" + function);
        if (!Files.isDirectory(of)) {
            return "";
        }
        var lines = new ArrayList<String>();
        try (var files = Files.walk(of)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines.stream().sorted().collect(Collectors.joining("\n", "", "\n"));
    }

    /// The first group of each place where the pattern fits.
    static List<String> of(Path data, String function, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text(data, function))
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
