package hearth.invoke.counting;

import java.util.HashMap;
import java.util.Map;

/// What one function runs, and what of it runs beyond what is provisioned. Guarded as its `AccountCount` is.
final class FunctionCount {
    final String name;

    /// Those that run something.
    private final Map<String, Version> versions = new HashMap<>();

    private FunctionLimits limits = FunctionLimits.NONE;
    private int reservedForAnyVersion;
    private int running;
    private int beyondProvisioned;

    /// One version of the function.
    final class Version {
        private final String name;
        private int provisioned;
        private int running;

        private Version(String name) {
            this.name = name;
            this.provisioned = limits.provisionedFor(name);
        }

        /// Whether the next invocation finds an environment that is provisioned for it.
        boolean hasProvisioned() {
            return running < provisioned;
        }

        /// Counts one more, or, when there is no memory for that, nothing.
        void begin() {
            versions.putIfAbsent(name, this);
            if (!hasProvisioned()) {
                beyondProvisioned++;
            }
            running++;
            FunctionCount.this.running++;
        }

        void end() {
            running--;
            FunctionCount.this.running--;
            if (!hasProvisioned()) {
                beyondProvisioned--;
            }
            if (running == 0) {
                versions.remove(name);
            }
        }
    }

    FunctionCount(String name) {
        this.name = name;
    }

    Version version(String version) {
        var known = versions.get(version);
        return known != null ? known : new Version(version);
    }

    void limit(FunctionLimits changed) {
        limits = changed;
        reservedForAnyVersion = changed.reservedForAnyVersion();
        beyondProvisioned = 0;
        for (var version : versions.values()) {
            version.provisioned = changed.provisionedFor(version.name);
            beyondProvisioned += Math.max(0, version.running - version.provisioned);
        }
    }

    int setAside() {
        return limits.setAside();
    }

    boolean isReserved() {
        return limits.reserved().isPresent();
    }

    /// Whether its reservation has nothing left for an invocation that nothing is provisioned for.
    boolean isReservationUsedUp() {
        return beyondProvisioned >= reservedForAnyVersion;
    }

    /// What it takes of that which the account's functions share.
    int shared() {
        return isReserved() ? 0 : beyondProvisioned;
    }

    boolean isForgettable() {
        return running == 0 && limits.equals(FunctionLimits.NONE);
    }
}
