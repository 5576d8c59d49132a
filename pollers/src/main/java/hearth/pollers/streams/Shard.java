package hearth.pollers.streams;

import java.util.List;

/// A shard as its stream lists it.
///
/// @param parents the shards that it came of, of which the stream may have forgotten some
/// @param first the number before which it has no record; empty when nobody says
/// @param open whether records still come
public record Shard(String id, List<String> parents, String first, boolean open) {}
