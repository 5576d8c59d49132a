package hearth.invoke.workermanager;

import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The workers that are to become empty. Guarded as the EnvironmentTable is.
///
/// What is idle there ends, and what is busy once it is idle. Environments that are kept initialised are no longer
/// counted as such, so that others are made elsewhere, and end when those are ready.
final class Drains {
    private final Inventory inventory;
    private final Provisioning provisioning;
    private final Set<WorkerId> draining = new HashSet<>();

    Drains(Inventory inventory, Provisioning provisioning) {
        this.inventory = inventory;
        this.provisioning = provisioning;
    }

    void begin(WorkerId worker, Instant now, List<EnvironmentAction> actions) {
        draining.add(worker);
        for (var environment : List.copyOf(inventory.on(worker))) {
            if (environment.isProvisioned()) {
                var function = environment.function();
                function.stock().left(environment);
                provisioning.keepNoLonger(environment, actions);
                function.stock().entered(environment);
                provisioning.ask(function, now, actions);
            }
        }
        retireIdle(worker, actions);
    }

    void end(WorkerId worker) {
        draining.remove(worker);
    }

    /// Ends those that need not be waited for any more. To be called about once a second.
    void sweep(List<EnvironmentAction> actions) {
        draining.forEach(worker -> retireIdle(worker, actions));
    }

    private void retireIdle(WorkerId worker, List<EnvironmentAction> actions) {
        for (var environment : List.copyOf(inventory.on(worker))) {
            if (environment.state() instanceof EnvironmentState.Idle && isLeaving(environment)) {
                inventory.retire(environment, actions);
                inventory.forgetIfEmpty(environment.function());
            }
        }
    }

    /// Whether it is to end, and nobody needs it before another is made.
    boolean isLeaving(Environment environment) {
        var function = environment.function();
        return !draining.isEmpty()
                && draining.contains(environment.slot().worker())
                && function.stock().readyProvisioned() >= function.goal().wanted();
    }
}
