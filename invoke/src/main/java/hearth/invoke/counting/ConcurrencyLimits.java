package hearth.invoke.counting;

import java.util.Map;
import java.util.OptionalInt;

/// How many invocations one account may run at once in one region.
///
/// @param account for all its functions together
/// @param reserved by function name: what a function has for itself alone, and may not exceed; 0 stops it
public record ConcurrencyLimits(int account, Map<String, Integer> reserved) {
    public ConcurrencyLimits {
        reserved = Map.copyOf(reserved);
        if (account < 0 || reserved.values().stream().anyMatch(one -> one < 0)) {
            throw new IllegalArgumentException("A concurrency limit is negative");
        }
    }

    public static ConcurrencyLimits ofAccount(int account) {
        return new ConcurrencyLimits(account, Map.of());
    }

    OptionalInt reservedFor(String function) {
        var own = reserved.get(function);
        return own == null ? OptionalInt.empty() : OptionalInt.of(own);
    }

    /// What functions without a reservation share: the account's limit less every reservation, used or not.
    int unreserved() {
        return Math.max(
                0, account - reserved.values().stream().mapToInt(one -> one).sum());
    }
}
