package hearth.invoke.counting;

import java.util.Map;
import java.util.OptionalInt;

/// What a function has of its account's concurrency for itself alone.
///
/// @param reserved for all its versions together, which may not exceed it; 0 stops the function
/// @param provisioned by version: part of `reserved` if there is that, and else the function may exceed it
public record FunctionLimits(OptionalInt reserved, Map<String, Integer> provisioned) {
    public static final FunctionLimits NONE = new FunctionLimits(OptionalInt.empty(), Map.of());

    public FunctionLimits {
        provisioned = Map.copyOf(provisioned);
        if (reserved.orElse(0) < 0 || provisioned.values().stream().anyMatch(one -> one < 0)) {
            throw new IllegalArgumentException("A concurrency limit is negative");
        }
    }

    public int provisionedFor(String version) {
        return provisioned.getOrDefault(version, 0);
    }

    /// What no other function may use, used or not.
    public int setAside() {
        return reserved.orElseGet(this::provisionedInAll);
    }

    /// What is reserved for the function and provisioned for none of its versions.
    public int reservedForAnyVersion() {
        return Math.max(0, reserved.orElse(0) - provisionedInAll());
    }

    private int provisionedInAll() {
        return provisioned.values().stream().mapToInt(one -> one).sum();
    }
}
