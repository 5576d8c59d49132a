package hearth.invoke.counting.sharded;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What the ledger of an account tells a frontend. Messages may be lost, come twice or overtake each other.
public sealed interface LedgerMessage {
    AccountInRegion account();

    HolderId to();

    /// That of the ledger: a frontend that has heard of a later one follows no earlier.
    long epoch();

    /// Asks for `Holdings` of this epoch: the ledger is new and does not know them, or others wait for what the
    /// frontend may have too much.
    record Inquiry(AccountInRegion account, HolderId to, long epoch) implements LedgerMessage {}

    /// What a frontend may hold from now on, more or less than before.
    ///
    /// @param number is greater with each of the epoch: a frontend follows none after a later one
    /// @param answers the number of the last `Holdings` that the ledger has heard
    /// @param term how long the frontend may admit, by its own clock and from when it sent those
    /// @param longest how long an invocation that it admits may hold its lease
    /// @param limitsNumber the number of the limits that hold now
    /// @param limits those limits, unless the frontend has said that it goes by them
    /// @param pools what is not named is 0
    record Allotment(
            AccountInRegion account,
            HolderId to,
            long epoch,
            long number,
            long answers,
            Duration term,
            Duration longest,
            long limitsNumber,
            Optional<AccountLimits> limits,
            Map<Pool, Allotted> pools)
            implements LedgerMessage {
        public Allotment {
            pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        }

        int leases(Pool pool) {
            var allotted = pools.get(pool);
            return allotted == null ? 0 : allotted.leases();
        }
    }

    /// What a frontend may hold of one pool.
    record Allotted(int leases, Outlook outlook) {}

    /// What comes of the invocations that wait for a lease and have got none.
    enum Outlook {
        /// None is known to wait.
        OPEN,
        /// Leases that others do not use have been recalled for them.
        RECALLING,
        /// Nothing is left.
        EXHAUSTED,
        /// Nothing is left that is proven to be free: the ledger does not know yet what all others hold.
        UNSETTLED
    }
}
