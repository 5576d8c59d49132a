package hearth.server.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/// The name that someone probably meant who wrote one that does not exist.
final class Suggestion {
    private Suggestion() {}

    /// A sentence to put behind a refusal; empty where nothing that exists is near.
    static String of(String written, Collection<String> existing) {
        return existing.stream()
                .filter(name -> isNear(written, name))
                .min(Comparator.<String>comparingInt(name -> distance(written, name))
                        .thenComparing(Comparator.naturalOrder()))
                .map(name -> " Did you mean " + name + "?")
                .orElse("");
    }

    /// Up to one mistake in three letters; or the beginning of a name.
    private static boolean isNear(String written, String name) {
        var bare = written.replaceFirst("^-+", "");
        return !bare.isEmpty()
                && (distance(written, name) <= Math.max(1, bare.length() / 3)
                        || (bare.length() >= 2 && name.replaceFirst("^-+", "").startsWith(bare)));
    }

    /// The number of letters that must be changed, added, left out or exchanged with their neighbour.
    static int distance(String left, String right) {
        var from = left.toLowerCase(Locale.ROOT);
        var to = right.toLowerCase(Locale.ROOT);
        var distances = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                distances[i][j] = i == 0 ? j : j == 0 ? i : step(distances, from, to, i, j);
            }
        }
        return distances[from.length()][to.length()];
    }

    private static int step(int[][] distances, String from, String to, int i, int j) {
        int changed = distances[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int least = Math.min(changed, 1 + Math.min(distances[i - 1][j], distances[i][j - 1]));
        boolean exchanged =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return exchanged ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
    }
}
