package hearth.invoke.shards;

import hearth.model.worker.MemberId;

/// The way to the other members. Whatever is sent may be lost, or come late, twice or overtaken by another. By any
/// thread; does not block; what is sent to this member itself arrives too, and not before this returns.
public interface ShardTransport {
    /// Sends to the member that owns the request's shard now; where none does, it may wait until one does.
    void toShard(ShardRequest request);

    void toMember(MemberId member, ShardAnswer answer);
}
