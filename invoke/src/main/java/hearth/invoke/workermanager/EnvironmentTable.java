package hearth.invoke.workermanager;

import hearth.invoke.placement.Placement;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.Report;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whose turn is next, and what follows from each thing that happens to environments.
///
/// It only decides: each method takes one event and adds the steps that someone else is to do, in their order, to
/// those that it is given: where a decision throws, what it had found is done all the same. It has no lock, no clock
/// and no I/O; the WorkerManager guards it, and all that it is made of, with its lock and does the steps outside.
///
/// `Inventory` knows what there is, `ScaleOut` has made what invocations wait for, `Provisioning` has made ahead what
/// is provisioned, `Eviction` ends what is idle, `WaitingLine` turns away who waits in vain, and
/// `Reconciliation` finds in reports what messages were lost.
final class EnvironmentTable {
    private final WorkerManagerConfig config;
    private final long epoch;
    private final EnvironmentTallies tallies = new EnvironmentTallies();
    private final Inventory inventory;
    private final ScaleOut scaleOut;
    private final Provisioning provisioning;
    private final Eviction eviction;
    private final WaitingLine waitingLine;
    private final Reconciliation reconciliation;

    EnvironmentTable(WorkerManagerConfig config, long epoch, Supplier<EnvironmentId> ids) {
        this.epoch = epoch;
        this.config = config;
        inventory = new Inventory(ids, tallies);
        scaleOut = new ScaleOut(config.patience(), inventory);
        provisioning = new Provisioning(inventory);
        eviction = new Eviction(config.idleExpiry(), inventory, tallies);
        waitingLine = new WaitingLine(config, inventory);
        reconciliation = new Reconciliation(config.reservationLife());
    }

    void acquire(FunctionVersion version, @Nullable String tenant, Waiter waiter, Instant now, List<Step> steps) {
        if (inventory.isClosed()) {
            steps.add(new Step.Fail(waiter, new Unavailable.Closed()));
            return;
        }
        var known = inventory.find(version.environmentKey(tenant));
        // Who comes later does not overtake whoever waits for a turn.
        if (known != null && known.waiting().isEmpty()) {
            var top = known.next();
            if (top != null) {
                tallies.warmTakes++;
                steps.add(serve(waiter, top, now));
                return;
            }
        }
        tallies.waits++;
        var function = inventory.obtain(version, tenant, steps);
        function.waiting().add(new FunctionEnvironments.Waiting(waiter, now));
        scaleOut.one(function, now, steps);
    }

    /// Whoever asked has given up.
    void withdraw(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
        var function = inventory.find(version.environmentKey(tenant));
        if (function != null) {
            forget(function, waiter);
        }
    }

    /// Whoever asked waits no longer: what was to be decided for them could not be.
    void forget(Waiter waiter) {
        for (var function : inventory.all()) {
            forget(function, waiter);
        }
    }

    private void forget(FunctionEnvironments function, Waiter waiter) {
        if (function.waiting().removeIf(one -> one.waiter() == waiter)) {
            if (function.waiting().isEmpty()) {
                // Else the next one that comes free would end to make room for nobody.
                inventory.starved().remove(function);
            }
            inventory.forgetIfEmpty(function);
        }
    }

    /// A `Watch` could not be set: the next invocation sets another.
    void watchFailed(FunctionEnvironments function) {
        function.watch(false);
    }

    /// Some time has passed since a `Watch`.
    void look(FunctionEnvironments function, Instant now, List<Step> steps) {
        function.watch(false);
        function.nextRound(now, config.patience());
        serveWaiting(function, now, steps);
        scaleOut.all(function, now, steps);
    }

    /// The PlacementService has answered an `Ask`. If it was `Placed`, the caller starts the environment after this.
    void placed(Environment environment, Placement placement, Instant now, List<Step> steps) {
        var function = environment.function();
        switch (placement) {
            case Placement.Placed(var slot) -> {
                inventory.placed(environment, slot);
                if (function.starts().failure(now).isEmpty()) {
                    // After starvation more may wait than the one that this is for.
                    scaleOut.one(function, now, steps);
                }
            }
            case Placement.NoRoom() -> {
                function.notPlaced(environment);
                noRoom(environment, now, steps);
            }
            case Placement.ShareUsedUp() -> {
                function.notPlaced(environment);
                provisioning.shareUsedUp(function, now);
            }
            case Placement.NeverFits() -> {
                function.notPlaced(environment);
                neverFits(environment, now, steps);
            }
        }
        inventory.forgetIfEmpty(function);
    }

    /// No room could be looked for, or none be noted: a defect. Whoever waits is told, unless another environment may
    /// serve them.
    void askFailed(Environment environment, NotRunnable why, Instant now, List<Step> steps) {
        var function = environment.function();
        if (inventory.gone(environment.id()) == null) {
            function.notPlaced(environment);
        }
        tallies.failedStarts++;
        function.starts().failed(why, now);
        if (function.starting() + function.busy() == 0) {
            waitingLine.failAll(function, new Unavailable.NotRunnable(why), steps);
        }
        inventory.forgetIfEmpty(function);
    }

    private void noRoom(Environment environment, Instant now, List<Step> steps) {
        var function = environment.function();
        if (scaleOut.needsMore(function, now)) {
            inventory.starved().add(function);
            eviction.makeRoom(function, steps);
        } else if (environment.isProvisioned()) {
            eviction.makeRoom(function, steps);
        } else {
            scaleOut.watch(function, steps);
        }
    }

    private void neverFits(Environment environment, Instant now, List<Step> steps) {
        var function = environment.function();
        if (environment.isProvisioned()) {
            provisioning.neverFits(function, now);
        }
        if (function.starting() + function.busy() == 0) {
            waitingLine.failAll(function, new Unavailable.TooLarge(), steps);
        }
    }

    void ready(EnvironmentId id, Instant now, List<Step> steps) {
        var environment = inventory.find(id);
        if (environment == null || !(environment.state() instanceof EnvironmentState.Starting)) {
            return;
        }
        var took = Duration.between(environment.asked(), now);
        environment.function().starts().succeeded(took);
        boolean provisioned = environment.isProvisioned();
        steps.add(new Step.WorkerSucceeded(environment.slot()));
        freed(environment, now, steps);
        steps.add(new Step.Initialized(environment.function().version().function(), took));
        if (provisioned) {
            provisioning.succeeded(environment.function(), now, steps);
        }
    }

    /// @param reservation the number of that under which it ran last
    /// @param sample of its invocations; null unless one was taken
    void idle(EnvironmentId id, long reservation, @Nullable ProcessorSample sample, Instant now, List<Step> steps) {
        var environment = inventory.find(id);
        if (environment == null
                || !(environment.state() instanceof EnvironmentState.Busy(var number, var since))
                || number != reservation) {
            return;
        }
        if (sample != null) {
            environment.function().learn(sample, now);
        }
        environment.function().served(Duration.between(since, now));
        freed(environment, now, steps);
    }

    /// @param why empty after an end that was asked for, or a crash
    void gone(EnvironmentId id, Optional<NotRunnable> why, Instant now, List<Step> steps) {
        var environment = inventory.gone(id);
        if (environment == null) {
            return;
        }
        var function = environment.function();
        steps.add(new Step.GiveBack(environment.slot()));
        if (environment.state() instanceof EnvironmentState.Starting) {
            var failure = why.orElseGet(() ->
                    new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The environment ended before it was ready"));
            startFailed(environment, failure, now, steps);
        } else {
            scaleOut.one(function, now, steps);
        }
        scaleOut.starved(now, steps);
        inventory.forgetIfEmpty(function);
    }

    /// Puts right what a worker's reports say otherwise than is known here.
    ///
    /// @param named the environments of the report
    void reported(
            WorkerId from,
            Report report,
            Map<EnvironmentId, ReportedEnvironment> named,
            Instant now,
            List<Step> steps) {
        if (report.epoch() > epoch) {
            // The environments of a later WorkerManager are not for this one to end.
            return;
        }
        for (var difference : reconciliation.reported(from, report.number(), named, inventory.placed(), now)) {
            switch (difference) {
                case Difference.Missing(var id) -> gone(id, Optional.empty(), now, steps);
                case Difference.Ready(var id) -> ready(id, now, steps);
                case Difference.Idle(var id, var reservation) -> cameFree(id, reservation, now, steps);
                case Difference.Unclaimed(var id, var reservation) -> notUsed(id, reservation, now, steps);
                case Difference.NotEnding(var id) -> steps.add(new Step.RetireStray(from, id));
                case Difference.Unknown(var id) -> steps.add(new Step.RetireStray(from, id));
            }
        }
    }

    /// It came free some time ago, and how long it was busy is not known.
    private void cameFree(EnvironmentId id, long reservation, Instant now, List<Step> steps) {
        var environment = busyUnder(id, reservation);
        if (environment != null) {
            freed(environment, now, steps);
        }
    }

    /// Whether there is such an environment, in any state.
    boolean knows(EnvironmentId id) {
        return inventory.find(id) != null;
    }

    /// A worker had no room for an environment after all: it is looked for room once more.
    void startRefused(EnvironmentId id, Instant now, List<Step> steps) {
        var environment = inventory.find(id);
        if (environment == null || !(environment.state() instanceof EnvironmentState.Starting)) {
            return;
        }
        inventory.gone(id);
        var function = environment.function();
        steps.add(new Step.WorkerFull(environment.slot()));
        steps.add(new Step.GiveBack(environment.slot()));
        if (environment.isProvisioned()) {
            provisioning.ask(function, now, steps);
        } else {
            scaleOut.one(function, now, steps);
        }
        inventory.forgetIfEmpty(function);
    }

    /// A worker did not honour a reservation. What its environment does now is unknown, so it is not used again.
    void refused(Reservation reservation, Instant now, List<Step> steps) {
        notUsed(reservation.environment(), reservation.number(), now, steps);
    }

    private void notUsed(EnvironmentId id, long reservation, Instant now, List<Step> steps) {
        var environment = busyUnder(id, reservation);
        if (environment == null) {
            return;
        }
        tallies.refused++;
        inventory.retire(environment, steps);
        scaleOut.one(environment.function(), now, steps);
        inventory.forgetIfEmpty(environment.function());
    }

    /// Null unless it is busy, and under this reservation.
    private @Nullable Environment busyUnder(EnvironmentId id, long reservation) {
        var environment = inventory.find(id);
        return environment != null
                        && environment.state() instanceof EnvironmentState.Busy(var number, var _)
                        && number == reservation
                ? environment
                : null;
    }

    /// A generation of a version is current: environments of older ones end.
    void supersede(FunctionId function, String version, long current, List<Step> steps) {
        for (var one : inventory.of(function)) {
            if (one.version().version().equals(version) && one.version().generation() < current) {
                inventory.supersede(one, steps);
            }
        }
    }

    /// From now on so many environments of a version are kept initialised.
    void provision(FunctionVersion version, int wanted, Instant now, List<Step> steps) {
        provisioning.want(version, wanted, now, steps);
    }

    /// How far a version's provisioning has come.
    Provisioned provisioned(FunctionId function, String version) {
        return provisioning.progress(function, version);
    }

    /// The versions of a function that have environments.
    Set<String> versionsOf(FunctionId function) {
        return inventory.of(function).stream()
                .map(one -> one.version().version())
                .collect(Collectors.toSet());
    }

    /// Ends what was idle for too long, fails who waited for too long, and looks for room once more.
    void sweep(Instant now, List<Step> steps) {
        for (var environment : reconciliation.ofSilentWorkers(inventory.placed(), now)) {
            // No other is placed there before it reports.
            steps.add(new Step.WorkerFull(environment.slot()));
            gone(environment.id(), Optional.empty(), now, steps);
        }
        for (var function : inventory.all()) {
            eviction.expire(function, now, steps);
            waitingLine.expire(function, now, steps);
            scaleOut.all(function, now, steps);
            provisioning.ask(function, now, steps);
            inventory.forgetIfEmpty(function);
        }
        scaleOut.starved(now, steps);
    }

    void close(List<Step> steps) {
        inventory.close();
        for (var function : inventory.all()) {
            waitingLine.failAll(function, new Unavailable.Closed(), steps);
            inventory.supersede(function, steps);
        }
    }

    EnvironmentCounts counts() {
        return inventory.counts();
    }

    private void freed(Environment environment, Instant now, List<Step> steps) {
        var function = environment.function();
        free(environment, now, steps);
        if (!function.waiting().isEmpty()) {
            serveWaiting(function, now, steps);
        } else if (function.isSuperseded()) {
            inventory.supersede(function, steps);
        } else if (!inventory.starved().isEmpty()) {
            eviction.makeRoom(inventory.starved().getFirst(), steps);
        }
    }

    /// Has idle environments serve those who wait, as far as the processors can use more.
    private void serveWaiting(FunctionEnvironments function, Instant now, List<Step> steps) {
        var waiting = function.waiting();
        for (var next = function.next(); next != null && !waiting.isEmpty(); next = function.next()) {
            steps.add(serve(waiting.removeFirst().waiter(), next, now));
        }
        if (waiting.isEmpty()) {
            inventory.starved().remove(function);
        }
    }

    private void free(Environment environment, Instant now, List<Step> steps) {
        var function = environment.function();
        function.left(environment);
        provisioning.freed(environment, steps);
        environment.happened(new EnvironmentState.Event.Freed(now));
        function.entered(environment);
    }

    private Step serve(Waiter waiter, Environment environment, Instant now) {
        var number = environment.nextReservation();
        environment.change(new EnvironmentState.Event.Taken(number, now));
        var worker = environment.slot().worker();
        var reservation = new Reservation(worker, environment.id(), epoch, number, config.reservationLife());
        return new Step.Serve(waiter, new Assignment(worker, reservation));
    }

    private void startFailed(Environment environment, NotRunnable failure, Instant now, List<Step> steps) {
        tallies.failedStarts++;
        var function = environment.function();
        if (environment.isProvisioned()) {
            // Nobody waits for this one: an invocation has one of its own made.
            function.goal().failed(failure, now);
            scaleOut.one(function, now, steps);
            return;
        }
        var inARow = function.starts().failed(failure, now);
        var mayDoBetter = failure.cause() == NotRunnable.Cause.SANDBOX_FAILED;
        if (mayDoBetter) {
            steps.add(new Step.WorkerFailed(environment.slot()));
        }
        if (mayDoBetter && inARow < config.failedStarts()) {
            scaleOut.one(function, now, steps);
        } else if (function.starting() + function.busy() == 0) {
            // Nothing is left that could still serve them.
            waitingLine.failAll(function, new Unavailable.NotRunnable(failure), steps);
            function.starts().forgetFailures();
        }
    }
}
