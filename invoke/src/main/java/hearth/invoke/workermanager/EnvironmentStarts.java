package hearth.invoke.workermanager;

import hearth.invoke.placement.Placement;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Instant;
import java.util.List;

/// What follows for environments that were asked for until they are ready: whether a worker has room for them, and
/// what becomes of those who wait for one that cannot be had. Guarded as the EnvironmentTable is.
final class EnvironmentStarts {
    private final int failuresInARow;
    private final Inventory inventory;
    private final ScaleOut scaleOut;
    private final Provisioning provisioning;
    private final Eviction eviction;
    private final WaitLimits waitLimits;
    private final EnvironmentTallies tallies;

    /// @param failuresInARow how many sandboxes may fail before those who wait are told
    EnvironmentStarts(
            int failuresInARow,
            Inventory inventory,
            ScaleOut scaleOut,
            Provisioning provisioning,
            Eviction eviction,
            WaitLimits waitLimits,
            EnvironmentTallies tallies) {
        this.failuresInARow = failuresInARow;
        this.inventory = inventory;
        this.scaleOut = scaleOut;
        this.provisioning = provisioning;
        this.eviction = eviction;
        this.waitLimits = waitLimits;
        this.tallies = tallies;
    }

    /// The PlacementService has answered an `Ask`. If it was `Placed`, the caller starts the environment after this.
    void placed(Environment environment, Placement placement, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        switch (placement) {
            case Placement.Placed(var slot) -> {
                inventory.placed(environment, slot);
                if (function.starts().failure(now).isEmpty()) {
                    // After starvation more may wait than the one that this is for.
                    scaleOut.one(function, now, actions);
                }
            }
            case Placement.NoRoom() -> {
                function.stock().left(environment);
                noRoom(environment, now, actions);
            }
            case Placement.ShareUsedUp() -> {
                function.stock().left(environment);
                provisioning.shareUsedUp(function, now);
            }
            case Placement.NeverFits() -> {
                function.stock().left(environment);
                neverFits(environment, now, actions);
            }
        }
        inventory.forgetIfEmpty(function);
    }

    /// No room could be looked for, or none be noted: a defect. Whoever waits is told, unless another environment may
    /// serve them.
    void askFailed(Environment environment, NotRunnable why, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        if (inventory.gone(environment.id()) == null) {
            function.stock().left(environment);
        }
        tallies.failedStarts++;
        function.starts().failed(why, now);
        if (!function.stock().mayServeLater()) {
            waitLimits.failAll(function, new Unavailable.NotRunnable(why), actions);
        }
        inventory.forgetIfEmpty(function);
    }

    private void noRoom(Environment environment, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        if (scaleOut.needsMore(function, now)) {
            inventory.starved().add(function);
            makeRoom(function, actions);
        } else if (environment.isProvisioned()) {
            makeRoom(function, actions);
        } else {
            scaleOut.watch(function, actions);
        }
    }

    private void makeRoom(FunctionEnvironments function, List<EnvironmentAction> actions) {
        eviction.makeRoom(function, actions);
        if (inventory.retiring().isEmpty()) {
            // Perhaps other members have idle ones.
            actions.add(new EnvironmentAction.MakeRoom(function));
        }
    }

    private void neverFits(Environment environment, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        if (environment.isProvisioned()) {
            provisioning.neverFits(function, now);
        }
        if (!function.stock().mayServeLater()) {
            waitLimits.failAll(function, new Unavailable.TooLarge(), actions);
        }
    }

    /// A worker had no room for an environment after all: it is looked for room once more.
    void refused(Environment environment, Instant now, List<EnvironmentAction> actions) {
        inventory.gone(environment.id());
        var function = environment.function();
        actions.add(new EnvironmentAction.WorkerFull(environment.slot()));
        actions.add(new EnvironmentAction.GiveBack(environment.slot()));
        if (environment.isProvisioned()) {
            provisioning.ask(function, now, actions);
        } else {
            scaleOut.one(function, now, actions);
        }
        inventory.forgetIfEmpty(function);
    }

    /// One ended before it was ready.
    void failed(Environment environment, NotRunnable failure, Instant now, List<EnvironmentAction> actions) {
        tallies.failedStarts++;
        var function = environment.function();
        if (environment.isProvisioned()) {
            // Nobody waits for this one: an invocation has one of its own made.
            function.goal().failed(failure, now);
            scaleOut.one(function, now, actions);
            return;
        }
        var inARow = function.starts().failed(failure, now);
        var mayDoBetter = failure.cause() == NotRunnable.Cause.SANDBOX_FAILED;
        if (mayDoBetter) {
            actions.add(new EnvironmentAction.WorkerFailed(environment.slot()));
        }
        if (mayDoBetter && inARow < failuresInARow) {
            scaleOut.one(function, now, actions);
        } else if (!function.stock().mayServeLater()) {
            // Nothing is left that could still serve them.
            waitLimits.failAll(function, new Unavailable.NotRunnable(failure), actions);
            function.starts().forgetFailures();
        }
    }
}
