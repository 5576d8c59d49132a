package hearth.invoke.workermanager;

import hearth.model.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// Ends idle environments that were started on demand: those that are idle for too long, and where all workers are
/// full the longest idle, whosever they are. Guarded as the EnvironmentTable is.
final class Eviction {
    private final Duration idleExpiry;
    private final Inventory inventory;
    private final EnvironmentTallies tallies;

    Eviction(Duration idleExpiry, Inventory inventory, EnvironmentTallies tallies) {
        this.idleExpiry = idleExpiry;
        this.inventory = inventory;
        this.tallies = tallies;
    }

    /// Retires the longest idle environments until those that are about to end leave room for one more of this.
    void makeRoom(FunctionEnvironments needy, List<EnvironmentAction> actions) {
        var leaving = new Bytes(0);
        for (var environment : inventory.retiring()) {
            leaving = leaving.plus(environment.function().demand().memory());
        }
        while (inventory.retiring().isEmpty()
                || leaving.compareTo(needy.demand().memory()) < 0) {
            var coldest = inventory.view().stream()
                    .filter(function -> !function.stock().idle().isEmpty())
                    .map(function -> function.stock().idle().getLast())
                    .min(Comparator.comparing(Eviction::idleSince));
            if (coldest.isEmpty()) {
                return;
            }
            tallies.evicted++;
            inventory.retire(coldest.get(), actions);
            leaving = leaving.plus(coldest.get().function().demand().memory());
            inventory.forgetIfEmpty(coldest.get().function());
        }
    }

    void expire(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        var idle = function.stock().idle();
        while (!idle.isEmpty() && !idleSince(idle.getLast()).plus(idleExpiry).isAfter(now)) {
            tallies.expired++;
            inventory.retire(idle.getLast(), actions);
        }
    }

    private static Instant idleSince(Environment environment) {
        return environment.state() instanceof EnvironmentState.Idle(var since) ? since : Instant.MAX;
    }
}
