package hearth.members.wire;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.model.worker.ShardId;

/// What members say to each other.
public sealed interface WireMessage {
    /// What is for whoever owns a shard.
    sealed interface ForShard extends WireMessage {
        ShardId shard();
    }

    record ToShard(ShardRequest request) implements ForShard {
        @Override
        public ShardId shard() {
            return request.shard();
        }
    }

    /// Has a shard be given to a member, if none has it.
    record Place(ShardId shard) implements ForShard {}

    record ToMember(ShardAnswer answer) implements WireMessage {}

    /// Asks a member whether it takes the sender for one that it reaches.
    ///
    /// @param number counts those of the sender
    record Ping(long number) implements WireMessage {}

    /// It does. There is no answer that says no.
    ///
    /// @param shards how many who says it owns
    record Pong(long number, int shards) implements WireMessage {}
}
