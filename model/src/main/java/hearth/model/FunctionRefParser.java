package hearth.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Parses function references as the API's pattern does, without its regular expression: each of
/// `(arn:PARTITION:lambda:)?(REGION:)?(ACCOUNT:)?(function:)?NAME(:QUALIFIER)?` is taken if the rest then fits, and
/// else left. So `arn:…:function` alone is a function named `function`, as with AWS.
final class FunctionRefParser {
    /// The number of parts of a full and qualified ARN.
    private static final int MAX_PARTS = 8;

    private static final int ARN_PREFIX = 3;

    private final List<String> parts;

    private FunctionRefParser(List<String> parts) {
        this.parts = parts;
    }

    static @Nullable FunctionRef parse(String text) {
        if (text.indexOf(':') < 0) {
            return isName(text) ? new FunctionRef(null, null, text, null) : null;
        }
        var parts = split(text);
        return parts.size() > MAX_PARTS ? null : new FunctionRefParser(parts).arn();
    }

    private static List<String> split(String text) {
        var parts = new ArrayList<String>(MAX_PARTS);
        int start = 0;
        for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', start)) {
            parts.add(text.substring(start, colon));
            start = colon + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    private @Nullable FunctionRef arn() {
        if (parts.size() > ARN_PREFIX
                && parts.get(0).equals("arn")
                && isPartition(parts.get(1))
                && parts.get(2).equals("lambda")) {
            var taken = region(ARN_PREFIX);
            if (taken != null) {
                return taken;
            }
        }
        return region(0);
    }

    private @Nullable FunctionRef region(int at) {
        if (at < parts.size() && isRegion(parts.get(at))) {
            var taken = account(at + 1, parts.get(at));
            if (taken != null) {
                return taken;
            }
        }
        return account(at, null);
    }

    private @Nullable FunctionRef account(int at, @Nullable String region) {
        if (at < parts.size() && AccountId.isValid(parts.get(at))) {
            var taken = function(at + 1, region, parts.get(at));
            if (taken != null) {
                return taken;
            }
        }
        return function(at, region, null);
    }

    private @Nullable FunctionRef function(int at, @Nullable String region, @Nullable String account) {
        if (at < parts.size() && parts.get(at).equals("function")) {
            var taken = name(at + 1, region, account);
            if (taken != null) {
                return taken;
            }
        }
        return name(at, region, account);
    }

    private @Nullable FunctionRef name(int at, @Nullable String region, @Nullable String account) {
        int left = parts.size() - at;
        if (left < 1 || left > 2 || !isName(parts.get(at))) {
            return null;
        }
        if (left == 1) {
            return new FunctionRef(account, region, parts.get(at), null);
        }
        var qualifier = parts.get(at + 1);
        return isQualifier(qualifier) ? new FunctionRef(account, region, parts.get(at), qualifier) : null;
    }

    private static boolean isPartition(String text) {
        if (text.isEmpty()) {
            return true;
        }
        return text.startsWith("aws") && consistsOf(text, 3, c -> isLetter(c) || c == '-');
    }

    /// `(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d`
    private static boolean isRegion(String text) {
        int at = text.startsWith("eusc-") ? 5 : 0;
        int last = text.length() - 1;
        if (last < at + 5 || !isDigit(text.charAt(last)) || text.charAt(last - 1) != '-') {
            return false;
        }
        var words = text.substring(at, last - 1).split("-", -1);
        if (words[0].length() != 2 || !isLowerCase(words[0])) {
            return false;
        }
        return switch (words.length) {
            case 2 -> isLowerCase(words[1]);
            case 3 -> (words[1].equals("gov") || isIsolated(words[1])) && isLowerCase(words[2]);
            default -> false;
        };
    }

    private static boolean isIsolated(String word) {
        return word.startsWith("iso") && word.length() <= 4 && isLowerCase(word);
    }

    private static boolean isLowerCase(String text) {
        return !text.isEmpty() && consistsOf(text, 0, c -> c >= 'a' && c <= 'z');
    }

    private static boolean isName(String text) {
        return !text.isEmpty() && consistsOf(text, 0, c -> isWord(c) || c == '.');
    }

    private static boolean isQualifier(String text) {
        return text.equals(FunctionId.LATEST)
                || text.equals("$LATEST.PUBLISHED")
                || (!text.isEmpty() && consistsOf(text, 0, FunctionRefParser::isWord));
    }

    private static boolean isWord(char c) {
        return isLetter(c) || isDigit(c) || c == '-' || c == '_';
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean consistsOf(String text, int from, CharacterTest test) {
        for (int i = from; i < text.length(); i++) {
            if (!test.accepts(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    @FunctionalInterface
    private interface CharacterTest {
        boolean accepts(char c);
    }
}
