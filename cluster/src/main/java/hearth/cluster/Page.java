package hearth.cluster;

import java.util.List;

/// Some of a list, in order.
///
/// @param more whether the list goes on after the last of these
public record Page<T>(List<T> items, boolean more) {}
