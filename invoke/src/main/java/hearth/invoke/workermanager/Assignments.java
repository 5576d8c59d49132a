package hearth.invoke.workermanager;

import hearth.model.worker.Reservation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Gives environments to invocations, and takes them back. Guarded as the EnvironmentTable is.
final class Assignments {
    private final Duration reservationLife;
    private final OwnedShards shards;
    private final Inventory inventory;
    private final Provisioning provisioning;
    private final Eviction eviction;
    private final Drains drains;

    Assignments(
            Duration reservationLife,
            OwnedShards shards,
            Inventory inventory,
            Provisioning provisioning,
            Eviction eviction,
            Drains drains) {
        this.reservationLife = reservationLife;
        this.shards = shards;
        this.inventory = inventory;
        this.provisioning = provisioning;
        this.eviction = eviction;
        this.drains = drains;
    }

    void serve(Waiter waiter, Environment environment, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        long epoch = shards.epoch(function.shard());
        long number = environment.take(epoch, now);
        var worker = environment.slot().worker();
        var reservation = new Reservation(worker, environment.id(), epoch, number, reservationLife);
        actions.add(new EnvironmentAction.Serve(waiter, new Assignment(worker, reservation)));
        if (function.isSnapStart()) {
            if (environment.isProvisioned()) {
                provisioning.taken(environment, now, actions);
            } else {
                provisioning.ahead(function, now, actions);
            }
        }
    }

    /// Has environments with room serve those who wait, as far as the processors can use more.
    void serveWaiting(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        var waiting = function.waiting();
        var stock = function.stock();
        for (var next = stock.next(); next != null && !waiting.isEmpty(); next = stock.next()) {
            var worker = next.slot().worker();
            var waiter = waiting.takeFor(worker);
            if (waiter == null) {
                servePicky(function, now, actions);
                break;
            }
            serve(waiter, next, now, actions);
        }
        if (waiting.isEmpty()) {
            inventory.starved().remove(function);
        }
    }

    /// Nobody who waits can use the one that would serve next.
    private void servePicky(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        for (var waiter : function.waiting().all()) {
            var other = function.stock().next(waiter.avoids());
            if (other != null) {
                function.waiting().remove(waiter);
                serve(waiter, other, now, actions);
            }
        }
    }

    /// An environment has room for one more invocation.
    void freed(Environment environment, EnvironmentState.Event event, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        free(environment, event, actions);
        if (!function.waiting().isEmpty()) {
            serveWaiting(function, now, actions);
        } else if (function.isSuperseded()) {
            inventory.supersede(function, actions);
        } else if (environment.state() instanceof EnvironmentState.Idle && drains.isLeaving(environment)) {
            inventory.retire(environment, actions);
            inventory.forgetIfEmpty(function);
        } else if (!inventory.starved().isEmpty()) {
            eviction.makeRoom(inventory.starved().getFirst(), actions);
        }
    }

    /// The same, and it serves nobody yet.
    void free(Environment environment, EnvironmentState.Event event, List<EnvironmentAction> actions) {
        var function = environment.function();
        function.stock().left(environment);
        provisioning.freed(environment, actions);
        environment.happened(event);
        function.stock().entered(environment);
    }
}
