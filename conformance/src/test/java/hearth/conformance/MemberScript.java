package hearth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The lines of `members.txt`.
final class MemberScript {
    private static final String RESOURCE = "/hearth/conformance/members.txt";

    private MemberScript() {}

    /// @param json the documents in the line, in their order
    /// @param rest of the line, without its first word and its documents
    record Line(int number, String verb, String rest, List<String> json) {
        List<String> words() {
            return rest.isBlank() ? List.of() : List.of(rest.strip().split("\\s+"));
        }

        /// What stands before the colon, and the members that stand behind it.
        String before() {
            return rest.substring(0, rest.lastIndexOf(": ")).strip();
        }

        List<String> behind() {
            return List.of(rest.substring(rest.lastIndexOf(": ") + 2).strip().split("\\s+"));
        }

        @Override
        public String toString() {
            return "members.txt:" + number + " " + verb + " " + rest.strip();
        }
    }

    static List<Line> load() {
        try (var in = Objects.requireNonNull(MemberScript.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            var lines = new ArrayList<Line>();
            int number = 0;
            for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(line(number, line));
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Line line(int number, String line) {
        var verb = line.split(" ", 2)[0];
        var rest = new StringBuilder();
        var json = new ArrayList<String>();
        for (int at = verb.length(); at < line.length(); ) {
            // A blank stands before a document; `Tags{}` is a member.
            if (line.startsWith(" {", at)) {
                int end = end(line, at + 1);
                json.add(line.substring(at + 1, end));
                at = end;
            } else {
                rest.append(line.charAt(at++));
            }
        }
        return new Line(number, verb, rest.toString(), json);
    }

    /// Behind the brace that closes the one here.
    private static int end(String line, int begin) {
        boolean quoted = false;
        int depth = 0;
        for (int at = begin; at < line.length(); at++) {
            char c = line.charAt(at);
            if (quoted && c == '\\') {
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '{') {
                depth++;
            } else if (!quoted && c == '}' && --depth == 0) {
                return at + 1;
            }
        }
        throw new IllegalArgumentException("A document does not end: " + line);
    }
}
