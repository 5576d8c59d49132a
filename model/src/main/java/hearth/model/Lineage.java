package hearth.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// The field `Lineage` of a trace header: how often each function has run in one chain of invocations, such as
/// `a87bd80c:1|68fd508a:5`. A function goes by a hash.
///
/// Clients pass on what they do not know, and so does this: what is no pair of hash and number stays as it is.
final class Lineage {
    private static final String FIELD = "Lineage=";
    private static final String BAR = "|";

    /// How boto3 sends a bar.
    private static final String ENCODED_BAR = "%7c";

    /// As many functions AWS follows through one chain.
    static final int MOST_FUNCTIONS = 16;

    /// So many of the first keep their place when there are more. By them a loop of very many functions is noticed, by
    /// the others one that a long chain has led into.
    private static final int SETTLED = MOST_FUNCTIONS / 2;

    /// What a header may have, in characters.
    static final int LONGEST_HEADER = 2048;

    private static final List<String> NEEDED_FIELDS = List.of("Root=", "Parent=", "Sampled=");
    private static final int LONGEST_NEEDED_FIELD = 64;

    private static final int LONGEST_HASH = 16;

    /// Of more than any number that counts.
    private static final int MOST_DIGITS = 6;

    private static final int MANY = 999_999;

    private final String before;
    private final List<Part> parts;
    private final String after;

    /// One part between bars.
    ///
    /// @param function its hash; empty of what is no pair
    /// @param rounds how often it has run
    private record Part(String text, String function, int rounds) {
        boolean isPair() {
            return !function.isEmpty();
        }

        static Part of(String text) {
            int colon = text.indexOf(':');
            if (colon <= 0 || colon > LONGEST_HASH || colon + 1 == text.length()) {
                return new Part(text, "", 0);
            }
            for (int i = colon + 1; i < text.length(); i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                    return new Part(text, "", 0);
                }
            }
            var digits = text.substring(colon + 1);
            var function = text.substring(0, colon).toLowerCase(Locale.ROOT);
            return digits.length() > MOST_DIGITS
                    ? new Part(function + ":" + MANY, function, MANY)
                    : new Part(text, function, Integer.parseInt(digits));
        }
    }

    private Lineage(String before, List<Part> parts, String after) {
        this.before = before;
        this.parts = parts;
        this.after = after;
    }

    /// By what a function is known in every lineage: eight hex digits.
    static String hash(FunctionId function) {
        var crc = new CRC32();
        crc.update(function.arn().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /// The header with a lineage that it did not have.
    static String begin(String header, String function, int rounds) {
        var separator = header.isEmpty() || header.endsWith(";") ? "" : ";";
        var field = FIELD + function + ":" + rounds;
        return header.length() + field.length() < LONGEST_HEADER
                ? header + separator + field
                : shortened(header, field);
    }

    /// Where the lineage of a header begins; -1 without one. A few comparisons: most headers have none.
    static int find(String header) {
        int from = 0;
        while (true) {
            while (from < header.length() && header.charAt(from) == ' ') {
                from++;
            }
            if (header.regionMatches(true, from, FIELD, 0, FIELD.length())) {
                return from + FIELD.length();
            }
            from = header.indexOf(';', from) + 1;
            if (from == 0) {
                return -1;
            }
        }
    }

    /// A header without the fields that are lineages.
    static String cutFrom(String header) {
        return Arrays.stream(header.split(";")).filter(field -> find(field) < 0).collect(Collectors.joining(";"));
    }

    /// @param at what `find` said
    static Lineage read(String header, int at) {
        int semicolon = header.indexOf(';', at);
        int end = semicolon < 0 ? header.length() : semicolon;
        var parts = new ArrayList<Part>();
        int from = at;
        while (from <= end) {
            int bar = from;
            int width = 0;
            while (bar < end && (width = bar(header, bar, end)) == 0) {
                bar++;
            }
            var text = header.substring(from, bar).strip();
            if (!text.isEmpty()) {
                parts.add(Part.of(text));
            }
            from = bar + Math.max(1, width);
        }
        return new Lineage(header.substring(0, at), parts, header.substring(end));
    }

    /// How many characters the bar takes that is there; 0 where there is none.
    private static int bar(String header, int at, int end) {
        if (header.charAt(at) == '|') {
            return 1;
        }
        return at + ENCODED_BAR.length() <= end && header.regionMatches(true, at, ENCODED_BAR, 0, ENCODED_BAR.length())
                ? ENCODED_BAR.length()
                : 0;
    }

    /// How often a function has run. Of several numbers the highest counts.
    int rounds(String function) {
        int rounds = 0;
        for (var part : parts) {
            if (part.function().equals(function)) {
                rounds = Math.max(rounds, part.rounds());
            }
        }
        return rounds;
    }

    /// The header with another number for a function.
    String with(String function, int rounds) {
        var next = new ArrayList<Part>(parts.size() + 1);
        var own = new Part(function + ":" + rounds, function, rounds);
        boolean isIn = false;
        for (var part : parts) {
            if (!part.function().equals(function)) {
                next.add(part);
            } else if (!isIn) {
                next.add(own);
                isIn = true;
            }
        }
        if (!isIn) {
            next.add(own);
        }
        forgetSome(next, function);
        return write(next);
    }

    /// Leaves out what is over the most: of those behind the first few the one that has run least, and of several the
    /// one that came first. Never the one that runs now.
    private static void forgetSome(List<Part> parts, String running) {
        if (parts.size() <= MOST_FUNCTIONS) {
            return;
        }
        var pairs = new ArrayList<>(parts.stream().filter(Part::isPair).toList());
        while (pairs.size() > MOST_FUNCTIONS) {
            var least = pairs.subList(SETTLED, pairs.size()).stream()
                    .filter(pair -> !pair.function().equals(running))
                    .min(Comparator.comparingInt(Part::rounds))
                    .orElseThrow();
            pairs.remove(least);
            parts.remove(least);
        }
    }

    private String write(List<Part> next) {
        var whole = before + join(next) + after;
        return whole.length() <= LONGEST_HEADER
                ? whole
                : shortened(
                        before + after,
                        FIELD + join(next.stream().filter(Part::isPair).toList()));
    }

    private static String join(List<Part> parts) {
        return String.join(BAR, parts.stream().map(Part::text).toList());
    }

    /// A header that would be too long, without what nobody needs: whoever sends it on must not lose the lineage.
    private static String shortened(String header, String lineage) {
        return Stream.concat(
                        Arrays.stream(header.split(";"))
                                .map(String::strip)
                                .filter(field -> field.length() <= LONGEST_NEEDED_FIELD)
                                .filter(field -> NEEDED_FIELDS.stream().anyMatch(field::startsWith))
                                .limit(NEEDED_FIELDS.size()),
                        Stream.of(lineage))
                .collect(Collectors.joining(";"));
    }
}
