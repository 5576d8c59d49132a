package hearth.invoke.counting;

import java.util.Map;
import java.util.OptionalInt;

/// How many invocations one account may run at once in one region.
///
/// @param account for all its functions together
/// @param reserved by function name: what a function has for itself alone, and may not exceed; 0 stops it
/// @param provisioned by function name: what a function without a reservation has for itself alone, and may exceed
public record ConcurrencyLimits(int account, Map<String, Integer> reserved, Map<String, Integer> provisioned) {
    public ConcurrencyLimits {
        reserved = Map.copyOf(reserved);
        provisioned = Map.copyOf(provisioned);
        if (account < 0 || isNegative(reserved) || isNegative(provisioned)) {
            throw new IllegalArgumentException("A concurrency limit is negative");
        }
        if (provisioned.keySet().stream().anyMatch(reserved::containsKey)) {
            throw new IllegalArgumentException("What is provisioned for a function with a reservation is part of it");
        }
    }

    private static boolean isNegative(Map<String, Integer> limits) {
        return limits.values().stream().anyMatch(one -> one < 0);
    }

    public static ConcurrencyLimits ofAccount(int account) {
        return new ConcurrencyLimits(account, Map.of(), Map.of());
    }

    OptionalInt reservedFor(String function) {
        var own = reserved.get(function);
        return own == null ? OptionalInt.empty() : OptionalInt.of(own);
    }

    int provisionedFor(String function) {
        return provisioned.getOrDefault(function, 0);
    }

    /// What functions without a reservation share: the account's limit less all that is reserved or provisioned, used
    /// or not.
    int unreserved() {
        return Math.max(0, account - sum(reserved) - sum(provisioned));
    }

    private static int sum(Map<String, Integer> limits) {
        return limits.values().stream().mapToInt(one -> one).sum();
    }
}
