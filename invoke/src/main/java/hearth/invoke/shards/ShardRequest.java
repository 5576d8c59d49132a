package hearth.invoke.shards;

import hearth.invoke.counting.sharded.Holdings;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.MemberId;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import org.jspecify.annotations.Nullable;

/// What a member says to the one that owns a shard, whichever that is. It may be lost, come twice, late, or to one
/// that owns the shard no more.
public sealed interface ShardRequest {
    ShardId shard();

    /// Who says it, and hears the answer.
    MemberId from();

    /// Asks for an environment for one invocation. Answered by `Served`, `Failed` or `Moved`, perhaps much later; said
    /// again while there is none. An owner that has answered it answers the same again.
    ///
    /// @param ticket names the request; no two of a member have the same, also not over its restarts
    /// @param tenant whose environment it is to be; null of a function that does not keep its tenants apart
    record Acquire(
            ShardId shard,
            MemberId from,
            long ticket,
            FunctionVersion version,
            @Nullable String tenant) implements ShardRequest {}

    /// Nobody waits for the answer of this request any more.
    record Withdraw(ShardId shard, MemberId from, long ticket) implements ShardRequest {}

    /// The worker did not honour this reservation, or what became of the invocation is unknown: its environment is to
    /// serve no other.
    record Refused(ShardId shard, MemberId from, Reservation reservation) implements ShardRequest {}

    /// An `Invoke` with this reservation was certainly never sent: the environment is as idle as before.
    ///
    /// @param unreachable whether that was because this member has no way to the worker
    record Unused(ShardId shard, MemberId from, Reservation reservation, boolean unreachable) implements ShardRequest {}

    /// Asks how far the provisioning of a version has come. Answered by `ProvisioningState`, once or not at all.
    record AskProvisioned(ShardId shard, MemberId from, long ticket, FunctionId function, String version)
            implements ShardRequest {}

    /// For the ledger of an account, which stands at the owner of this shard; whoever hosts that gets it, and no
    /// `ShardHost`.
    record LedgerHoldings(ShardId shard, MemberId from, Holdings holdings) implements ShardRequest {}
}
