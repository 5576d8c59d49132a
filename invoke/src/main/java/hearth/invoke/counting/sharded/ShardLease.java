package hearth.invoke.counting.sharded;

/// The right to be an account's only ledger for a time.
///
/// @param epoch is greater with each ledger of the account that follows another
/// @param until by the ledger's own clock that nobody sets, with all taken off by which clocks may differ: no other
///     has the right before
public record ShardLease(long epoch, long until) {}
