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
    private static final Pattern SPACES = Pattern.compile(" ");

    private FunctionLogs() {}

    /// Those of a function, one of each of its environments.
    static List<Path> files(Path data, String function) {
        var of = data.resolve("logs/000000000000/eu-west-1/%2Faws%2Flambda%2F" + function);
        if (!Files.isDirectory(of)) {
            return List.of();
        }
        try (var files = Files.walk(of)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All that the environments of a function said, in the order in which they did. A backslash is written twice.
    static String text(Path data, String function) {
        var lines = new ArrayList<String>();
        for (var file : files(data, function)) {
            try {
                lines.addAll(Files.readAllLines(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return lines.stream().sorted().collect(Collectors.joining("\n", "", "\n"));
    }

    /// The words of the lines that begin with a sign, in the order in which the function said them.
    static List<String> words(Path data, String function, String sign) {
        return of(data, function, sign + " (.*)").stream()
                .flatMap(SPACES::splitAsStream)
                .toList();
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
