package hearth.invoke.workermanager;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Has environments made for invocations that found none idle. Guarded as the EnvironmentTable is.
///
/// One for each that waits, unless its function is quick and those that are busy will be free before: else many callers
/// of a short function would have as many environments, which take each other's processors. Since that is a guess,
/// such a function is *watched* until nobody waits any more.
///
/// A function version whose invocations wait while no worker has room is *starved*. It is asked for again whenever room
/// came back.
final class ScaleOut {
    private final Duration patience;
    private final Inventory inventory;

    ScaleOut(Duration patience, Inventory inventory) {
        this.patience = patience;
        this.inventory = inventory;
    }

    boolean needsMore(FunctionEnvironments function, Instant now) {
        return function.stock().expected() < function.impatient(now, patience);
    }

    /// Asks for one more environment if fewer are being made than are wanted.
    void one(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        if (!inventory.mayAsk(function)) {
            return;
        }
        if (!inventory.starved().contains(function) && needsMore(function, now)) {
            inventory.ask(function, now, false, actions);
        }
        watch(function, actions);
    }

    /// Asks for as many as are wanted.
    void all(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        if (!inventory.mayAsk(function)) {
            return;
        }
        // Soon after a failure only a new invocation is worth another attempt.
        if (!inventory.starved().contains(function)
                && function.starts().failure(now).isEmpty()) {
            while (needsMore(function, now)) {
                inventory.ask(function, now, false, actions);
            }
        }
        watch(function, actions);
    }

    /// One new environment for each that is starved; whoever still finds no room is starved again.
    void starved(Instant now, List<EnvironmentAction> actions) {
        for (var function : List.copyOf(inventory.starved())) {
            inventory.starved().remove(function);
            one(function, now, actions);
        }
    }

    void watch(FunctionEnvironments function, List<EnvironmentAction> actions) {
        if (function.stock().expected() < function.waiting().count()
                && !function.waiting().isWatched()) {
            function.waiting().watch(true);
            var half = function.patience(patience);
            // Without a pause, a function that has never started would be looked at without end while no room comes.
            actions.add(new EnvironmentAction.Watch(function, half.isPositive() ? half : patience));
        }
    }
}
