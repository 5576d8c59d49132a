package hearth.invoke.shards;

import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.util.Set;

/// What a member is told by its cluster. By any thread, but for one shard one after the other; does not block.
public interface ShardHost {
    /// This member owns the shard from now on. Another may believe the same of itself for a while: the workers
    /// decide by whoever comes later.
    void begin(ShardId shard);

    /// It owns the shard no more.
    void end(ShardId shard);

    /// @param request of a shard that this member is taken to own
    void received(ShardRequest request);

    /// @param answer to this member
    void received(ShardAnswer answer);

    /// This member was taken out of the cluster, or kept from it: the others go on without it, until it has
    /// joined them again. Told before it tries.
    void parted();

    /// The members that are up now, this one among them.
    void membersChanged(Set<MemberId> up);
}
