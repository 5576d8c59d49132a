package hearth.model.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/// A pattern as policies have it: `*` stands for any characters, `?` for one.
///
/// @param literals the places at which a `*` or `?` stands for itself, because a policy variable brought it
record Glob(String text, BitSet literals) {
    private static final BitSet NONE = new BitSet();

    static Glob of(String text) {
        return new Glob(text, NONE);
    }

    static boolean matches(String pattern, String text) {
        return of(pattern).matches(text);
    }

    boolean matchesIgnoringCase(String other) {
        if (text.equalsIgnoreCase(other)) {
            return true;
        }
        return new Glob(text.toLowerCase(Locale.ROOT), literals).matches(other.toLowerCase(Locale.ROOT));
    }

    /// Takes time in proportion to the pattern's length and the square of the text's at most, whatever the pattern:
    /// one that asks for more characters than there are is not tried, and only the last star is tried again.
    boolean matches(String other) {
        if (text.equals(other)) {
            // Wildcards stand for themselves, too.
            return true;
        }
        if (characters() > other.length()) {
            return false;
        }
        int p = 0;
        int t = 0;
        int star = -1;
        int retry = 0;
        while (t < other.length()) {
            if (isWild(p, '*')) {
                star = p++;
                retry = t;
            } else if (isWild(p, '?') || (p < text.length() && text.charAt(p) == other.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (isWild(p, '*')) {
            p++;
        }
        return p == text.length();
    }

    /// The characters that a text must have at least.
    private int characters() {
        int characters = 0;
        for (int i = 0; i < text.length(); i++) {
            characters += isWild(i, '*') ? 0 : 1;
        }
        return characters;
    }

    private boolean isWild(int at, char wildcard) {
        return at < text.length() && text.charAt(at) == wildcard && !literals.get(at);
    }

    /// The pattern's parts between colons, the last of which has the rest.
    List<Glob> parts(int most) {
        var parts = new ArrayList<Glob>(most);
        int start = 0;
        for (int colon = text.indexOf(':'); colon >= 0 && parts.size() < most - 1; colon = text.indexOf(':', start)) {
            parts.add(part(start, colon));
            start = colon + 1;
        }
        parts.add(part(start, text.length()));
        return parts;
    }

    private Glob part(int from, int to) {
        return new Glob(text.substring(from, to), literals.get(from, to));
    }
}
