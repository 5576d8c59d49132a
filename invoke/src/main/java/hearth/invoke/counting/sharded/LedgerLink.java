package hearth.invoke.counting.sharded;

/// The way from a frontend to the ledgers of all accounts.
@FunctionalInterface
public interface LedgerLink {
    /// Sends to the ledger of the account, wherever that is now; it may be lost. By any thread; does not block.
    void send(Holdings told);
}
