package hearth.invoke;

import hearth.invoke.counting.Counting;
import hearth.invoke.shards.ShardTransport;
import hearth.model.FunctionId;
import hearth.model.worker.MemberId;
import java.util.Collection;
import java.util.function.Supplier;

/// What makes a process a member of a cluster.
///
/// @param transport the way to the others; may be used once the services are made
/// @param counting who says how much may run, over all members
/// @param provisioned the functions that have provisioned concurrency. Blocks.
public record Membership(
        MemberId self, ShardTransport transport, Counting counting, Supplier<Collection<FunctionId>> provisioned) {}
