package hearth.model.policy;

import java.math.BigDecimal;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/// A comparison of what a request has with what a condition asks for.
@FunctionalInterface
interface Comparison {
    Match compare(String actual, Glob expected);

    Comparison STRING_EQUALS = (actual, expected) -> Match.of(actual.equals(expected.text()));

    Comparison STRING_EQUALS_IGNORE_CASE = (actual, expected) -> Match.of(actual.equalsIgnoreCase(expected.text()));

    Comparison STRING_LIKE = (actual, expected) -> Match.of(expected.matches(actual));

    Comparison BOOL = (actual, expected) -> isBoolean(actual) && isBoolean(expected.text())
            ? Match.of(actual.equalsIgnoreCase(expected.text()))
            : Match.SENSELESS;

    Comparison ARN_LIKE = Arns::compare;

    Comparison IP_ADDRESS = Networks::compare;

    /// @param holds of the result of `compareTo`
    static Comparison numeric(IntPredicate holds) {
        return ordered(Comparison::number, holds);
    }

    /// @param holds of the result of `compareTo`
    static Comparison date(IntPredicate holds) {
        return ordered(Comparison::instant, holds);
    }

    private static <T extends Comparable<? super T>> Comparison ordered(
            Function<String, Optional<T>> read, IntPredicate holds) {
        return (actual, expected) -> {
            var left = read.apply(actual);
            var right = read.apply(expected.text());
            return left.isEmpty() || right.isEmpty()
                    ? Match.SENSELESS
                    : Match.of(holds.test(left.get().compareTo(right.get())));
        };
    }

    static boolean isBoolean(String text) {
        return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
    }

    private static Optional<BigDecimal> number(String text) {
        return Numbers.NUMBER.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
    }

    /// A moment, as ISO 8601 has it or in seconds since 1970. What says no zone is of UTC, what says no time the
    /// beginning of its day, its month or its year.
    private static Optional<Instant> instant(String text) {
        try {
            if (Numbers.SECONDS.matcher(text).matches()) {
                return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
            }
            if (Numbers.YEAR_AND_MONTH.matcher(text).matches()) {
                var month = text.length() == 4 ? text + "-01" : text;
                return Optional.of(LocalDate.parse(month + "-01").atStartOfDay().toInstant(ZoneOffset.UTC));
            }
            if (text.indexOf('T') < 0) {
                return Optional.of(LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));
            }
            return Optional.of(Instant.from(Numbers.MOMENT.parse(text)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// The forms of numbers and dates.
    final class Numbers {
        static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?");
        static final Pattern SECONDS = Pattern.compile("-?[0-9]{5,12}");
        static final Pattern YEAR_AND_MONTH = Pattern.compile("[0-9]{4}(-[0-9]{2})?");
        static final DateTimeFormatter MOMENT = DateTimeFormatter.ISO_DATE_TIME.withZone(ZoneOffset.UTC);

        private Numbers() {}
    }

    /// ARNs, of which each part is compared by itself: a star does not reach into the next, unless the pattern ends
    /// with it.
    final class Arns {
        private static final int PARTS = 6;

        private Arns() {}

        static Match compare(String actual, Glob expected) {
            var patterns = expected.parts(PARTS);
            boolean complete =
                    patterns.size() == PARTS || patterns.getLast().text().endsWith("*");
            if (!complete || !actual.startsWith("arn:") || actual.split(":", PARTS).length < PARTS) {
                return Match.SENSELESS;
            }
            var parts = actual.split(":", patterns.size());
            for (int i = 0; i < parts.length; i++) {
                if (!patterns.get(i).matches(parts[i])) {
                    return Match.NO;
                }
            }
            return Match.YES;
        }
    }

    /// Addresses and networks, such as `203.0.113.0/24`.
    final class Networks {
        private Networks() {}

        static Match compare(String actual, Glob expected) {
            var network = expected.text();
            int slash = network.indexOf('/');
            try {
                var address = InetAddress.ofLiteral(actual);
                var base = InetAddress.ofLiteral(slash < 0 ? network : network.substring(0, slash));
                int most = base.getAddress().length * Byte.SIZE;
                int bits = slash < 0 ? most : Integer.parseInt(network.substring(slash + 1));
                if (bits < 0 || bits > most) {
                    return Match.SENSELESS;
                }
                return Match.of(address instanceof Inet4Address == base instanceof Inet4Address
                        && begin(address.getAddress(), bits).equals(begin(base.getAddress(), bits)));
            } catch (IllegalArgumentException e) {
                return Match.SENSELESS;
            }
        }

        private static java.math.BigInteger begin(byte[] address, int bits) {
            return new java.math.BigInteger(1, address).shiftRight(address.length * Byte.SIZE - bits);
        }
    }
}
