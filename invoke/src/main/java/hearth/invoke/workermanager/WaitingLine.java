package hearth.invoke.workermanager;

import java.time.Instant;
import java.util.List;

/// Turns invocations away that wait in vain or for too long. Guarded as the EnvironmentTable is.
final class WaitingLine {
    private final WorkerManagerConfig config;
    private final Inventory inventory;

    WaitingLine(WorkerManagerConfig config, Inventory inventory) {
        this.config = config;
        this.inventory = inventory;
    }

    void expire(FunctionEnvironments function, Instant now, List<Step> steps) {
        var waiting = function.waiting();
        var noRoom = inventory.starved().contains(function) && function.starting() == 0;
        var limit = noRoom ? config.capacityWait() : config.waitLimit();
        while (!waiting.isEmpty() && !waiting.getFirst().since().plus(limit).isAfter(now)) {
            Unavailable why = function.starts()
                    .failure(now)
                    .<Unavailable>map(Unavailable.NotRunnable::new)
                    .orElseGet(() -> noRoom ? new Unavailable.NoCapacity() : new Unavailable.TooLate());
            steps.add(new Step.Fail(waiting.removeFirst().waiter(), why));
        }
        if (waiting.isEmpty()) {
            inventory.starved().remove(function);
        }
    }

    void failAll(FunctionEnvironments function, Unavailable why, List<Step> steps) {
        function.waiting().forEach(one -> steps.add(new Step.Fail(one.waiter(), why)));
        function.waiting().clear();
        inventory.starved().remove(function);
    }
}
