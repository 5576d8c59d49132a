package hearth.cluster;

import java.util.List;

/// Some of a list, in order.
///
/// @param more whether the list goes on after the last of these
public record Page<T>(List<T> items, boolean more) {
    /// The page of what was found by looking for one more than it holds, to know whether there is more.
    public static <T> Page<T> cut(List<T> found, int most) {
        return found.size() > most ? new Page<>(found.subList(0, most), true) : new Page<>(found, false);
    }
}
