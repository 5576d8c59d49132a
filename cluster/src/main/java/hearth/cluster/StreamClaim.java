package hearth.cluster;

import hearth.model.EventSourceMappingId;
import java.util.List;

/// The right to move the checkpoints of a mapping, until another poller of it takes it.
///
/// @param begun whether it is written where the shards begin that the first poller found
/// @param shards those with a checkpoint
public record StreamClaim(EventSourceMappingId mapping, long number, boolean begun, List<ShardCheckpoint> shards) {}
