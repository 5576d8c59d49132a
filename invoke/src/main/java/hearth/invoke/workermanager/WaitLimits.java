package hearth.invoke.workermanager;

import java.time.Instant;
import java.util.List;

/// Turns invocations away that wait in vain or for too long. Guarded as the EnvironmentTable is.
final class WaitLimits {
    private final WorkerManagerConfig config;
    private final Inventory inventory;

    WaitLimits(WorkerManagerConfig config, Inventory inventory) {
        this.config = config;
        this.inventory = inventory;
    }

    void expire(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        var waiting = function.waiting();
        var noRoom = inventory.starved().contains(function) && function.stock().starting() == 0;
        var limit = noRoom ? config.capacityWait() : config.waitLimit();
        var moment = now.minus(limit);
        for (var late = waiting.takeSince(moment); late != null; late = waiting.takeSince(moment)) {
            Unavailable why = function.starts()
                    .failure(now)
                    .<Unavailable>map(Unavailable.NotRunnable::new)
                    .orElseGet(() -> noRoom ? new Unavailable.NoCapacity() : new Unavailable.TooLate());
            actions.add(new EnvironmentAction.Fail(late, why));
        }
        if (waiting.isEmpty()) {
            inventory.starved().remove(function);
        }
    }

    void failAll(FunctionEnvironments function, Unavailable why, List<EnvironmentAction> actions) {
        for (var waiter : function.waiting().takeAll()) {
            actions.add(new EnvironmentAction.Fail(waiter, why));
        }
        inventory.starved().remove(function);
    }
}
