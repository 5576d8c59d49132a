package hearth.invoke.counting.sharded;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a frontend tells the ledger of an account, all in one: what it holds, with which it renews it and gives
/// back the rest, and what it would like to hold. One that is lost is made good by the next.
///
/// @param epoch of the ledger that this is for, which the frontend follows from now on and no earlier one; 0
///     before it has heard of any
/// @param number is greater with each of the frontend's
/// @param allotment the number of the last that was followed, 0 before any of this epoch
/// @param limits the number of the limits that it goes by, 0 before any of this epoch
/// @param longest how long an invocation may hold a lease at most: the frontend admits none that may longer
///     before an allotment has agreed
/// @param pools what it does not name is not held
/// @param elsewhere by function, of those with a reservation, how many run with unreserved leases, of before it
///     was made
public record Holdings(
        AccountInRegion account,
        HolderId holder,
        long epoch,
        long number,
        long allotment,
        long limits,
        Duration longest,
        Map<Pool, Holding> pools,
        Map<String, Integer> elsewhere) {
    public Holdings {
        // Not `Map.copyOf`, whose order is another in each process: what follows from a message is always the same.
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        elsewhere = Map.copyOf(elsewhere);
    }
}
