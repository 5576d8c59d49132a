package hearth.invoke.shards;

import hearth.invoke.counting.sharded.LedgerMessage;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.Unavailable;

/// What the owner of a shard says to a member. It may be lost, come twice or late.
public sealed interface ShardAnswer {
    /// An environment for the invocation of this ticket.
    record Served(long ticket, Assignment assignment) implements ShardAnswer {}

    /// The invocation of this ticket gets none.
    record Failed(long ticket, Unavailable why) implements ShardAnswer {}

    /// Who says this owns the shard no more, or not yet: ask again.
    record Moved(long ticket) implements ShardAnswer {}

    record ProvisioningState(long ticket, Provisioned state) implements ShardAnswer {}

    /// From an account's ledger; whoever hosts the member's `ShardedAdmissions` gets it, and no `ShardHost`.
    record FromLedger(LedgerMessage message) implements ShardAnswer {}
}
