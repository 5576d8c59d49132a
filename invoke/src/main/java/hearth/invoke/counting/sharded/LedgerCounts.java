package hearth.invoke.counting.sharded;

/// What operators see of one account's ledger.
///
/// @param limit of the account
/// @param leased how many leases frontends may hold in all
/// @param running how many of these an invocation uses, as was told last
/// @param frontends how many may hold some
/// @param settled whether it knows what its predecessors' frontends hold
public record LedgerCounts(
        AccountInRegion account, int limit, int leased, int running, int frontends, boolean settled) {}
