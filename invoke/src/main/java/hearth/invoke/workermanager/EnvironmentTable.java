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
/// It only decides: each method takes one event and adds the actions that someone else is to do, in their order, to
/// those that it is given: where a decision throws, what it had found is done all the same. It has no lock, no clock
/// and no I/O; the WorkerManager guards it, and all that it is made of, with its lock and does the actions outside.
///
/// `Inventory` knows what there is, `ScaleOut` has made what invocations wait for, `Provisioning` has made ahead what
/// is provisioned, `EnvironmentStarts` says what follows until one that was asked for is ready, `Eviction` ends what is
/// idle, `WaitLimits` turns away who waits in vain, and `Reconciliation` finds in reports what messages were lost.
final class EnvironmentTable {
    private final WorkerManagerConfig config;
    private final long epoch;
    private final EnvironmentTallies tallies = new EnvironmentTallies();
    private final Inventory inventory;
    private final ScaleOut scaleOut;
    private final Provisioning provisioning;
    private final Eviction eviction;
    private final WaitLimits waitLimits;
    private final EnvironmentStarts starts;
    private final Reconciliation reconciliation;

    EnvironmentTable(WorkerManagerConfig config, long epoch, Supplier<EnvironmentId> ids) {
        this.epoch = epoch;
        this.config = config;
        inventory = new Inventory(ids, config.maxConcurrency(), tallies);
        scaleOut = new ScaleOut(config.patience(), inventory);
        provisioning = new Provisioning(inventory);
        eviction = new Eviction(config.idleExpiry(), inventory, tallies);
        waitLimits = new WaitLimits(config, inventory);
        starts = new EnvironmentStarts(
                config.failedStarts(), inventory, scaleOut, provisioning, eviction, waitLimits, tallies);
        reconciliation = new Reconciliation(config.reservationLife());
    }

    void acquire(
            FunctionVersion version,
            @Nullable String tenant,
            Waiter waiter,
            Instant now,
            List<EnvironmentAction> actions) {
        if (inventory.isClosed()) {
            actions.add(new EnvironmentAction.Fail(waiter, new Unavailable.Closed()));
            return;
        }
        var known = inventory.find(version.environmentKey(tenant));
        // Who comes later does not overtake whoever waits for a turn.
        if (known != null && known.waiting().isEmpty()) {
            var top = known.stock().next();
            if (top != null) {
                tallies.warmTakes++;
                actions.add(serve(waiter, top, now));
                return;
            }
        }
        tallies.waits++;
        var function = inventory.obtain(version, tenant, actions);
        function.waiting().add(waiter, now);
        scaleOut.one(function, now, actions);
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
        if (function.waiting().remove(waiter)) {
            if (function.waiting().isEmpty()) {
                // Else the next one that comes free would end to make room for nobody.
                inventory.starved().remove(function);
            }
            inventory.forgetIfEmpty(function);
        }
    }

    /// A `Watch` could not be set: the next invocation sets another.
    void watchFailed(FunctionEnvironments function) {
        function.waiting().watch(false);
    }

    /// Some time has passed since a `Watch`.
    void look(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        function.waiting().watch(false);
        function.turns().nextRound(now, config.patience());
        serveWaiting(function, now, actions);
        scaleOut.all(function, now, actions);
    }

    /// The PlacementService has answered an `Ask`. If it was `Placed`, the caller starts the environment after this.
    void placed(Environment environment, Placement placement, Instant now, List<EnvironmentAction> actions) {
        starts.placed(environment, placement, now, actions);
    }

    /// No room could be looked for, or none be noted: a defect.
    void askFailed(Environment environment, NotRunnable why, Instant now, List<EnvironmentAction> actions) {
        starts.askFailed(environment, why, now, actions);
    }

    /// A worker had no room for an environment after all.
    void startRefused(EnvironmentId id, Instant now, List<EnvironmentAction> actions) {
        var environment = starting(id);
        if (environment != null) {
            starts.refused(environment, now, actions);
        }
    }

    /// Null unless it is being made.
    private @Nullable Environment starting(EnvironmentId id) {
        var environment = inventory.find(id);
        return environment != null && environment.state() instanceof EnvironmentState.Starting ? environment : null;
    }

    void ready(EnvironmentId id, Instant now, List<EnvironmentAction> actions) {
        var environment = starting(id);
        if (environment == null) {
            return;
        }
        var took = Duration.between(environment.asked(), now);
        environment.function().starts().succeeded(took);
        boolean provisioned = environment.isProvisioned();
        actions.add(new EnvironmentAction.WorkerSucceeded(environment.slot()));
        freed(environment, new EnvironmentState.Event.Ready(now), now, actions);
        actions.add(new EnvironmentAction.Initialized(
                environment.function().version().function(), took));
        if (provisioned) {
            provisioning.succeeded(environment.function(), now, actions);
        }
    }

    /// @param reservation the number of that under which it ran last
    /// @param sample of its invocations; null unless one was taken
    void idle(
            EnvironmentId id,
            long reservation,
            @Nullable ProcessorSample sample,
            Instant now,
            List<EnvironmentAction> actions) {
        var environment = inventory.find(id);
        var busy = environment == null ? null : environment.under(reservation);
        if (environment == null || busy == null) {
            return;
        }
        if (sample != null) {
            environment.function().turns().learn(sample, now);
        }
        environment.function().served(Duration.between(busy.since(), now));
        over(environment, busy, now, actions);
    }

    /// The invocation of a reservation is over.
    private void over(
            Environment environment, EnvironmentState.Busy busy, Instant now, List<EnvironmentAction> actions) {
        environment.endTurn(busy);
        freed(environment, new EnvironmentState.Event.Freed(busy.reservation(), now), now, actions);
    }

    /// @param why empty after an end that was asked for, or a crash
    void gone(EnvironmentId id, Optional<NotRunnable> why, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.gone(id);
        if (environment == null) {
            return;
        }
        var function = environment.function();
        actions.add(new EnvironmentAction.GiveBack(environment.slot()));
        if (environment.state() instanceof EnvironmentState.Starting) {
            var failure = why.orElseGet(() ->
                    new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The environment ended before it was ready"));
            starts.failed(environment, failure, now, actions);
        } else {
            scaleOut.one(function, now, actions);
        }
        scaleOut.starved(now, actions);
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
            List<EnvironmentAction> actions) {
        if (report.epoch() > epoch) {
            // The environments of a later WorkerManager are not for this one to end.
            return;
        }
        for (var difference : reconciliation.reported(from, report.number(), named, inventory.placed(), now)) {
            switch (difference) {
                case Difference.Missing(var id) -> gone(id, Optional.empty(), now, actions);
                case Difference.Ready(var id) -> ready(id, now, actions);
                case Difference.Idle(var id, var reservation) -> cameFree(id, reservation, now, actions);
                case Difference.Returned(var id) -> returned(id, now, actions);
                case Difference.Unclaimed(var id, var reservation) -> notUsed(id, reservation, now, actions);
                case Difference.NotEnding(var id) -> actions.add(new EnvironmentAction.RetireStray(from, id));
                case Difference.Unknown(var id) -> actions.add(new EnvironmentAction.RetireStray(from, id));
            }
        }
    }

    /// It came free some time ago, and how long it was busy is not known.
    private void cameFree(EnvironmentId id, long reservation, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.find(id);
        var busy = environment == null ? null : environment.under(reservation);
        if (environment != null && busy != null) {
            over(environment, busy, now, actions);
        }
    }

    /// A worker cannot be reached any more, or is to be given nothing more: what is idle there serves nobody until the
    /// worker is reached again, and what is being made there is looked for elsewhere. What runs is for those who
    /// have it.
    void lost(WorkerId worker, Instant now, List<EnvironmentAction> actions) {
        reconciliation.lost(worker);
        for (var environment : on(worker)) {
            switch (environment.state()) {
                case EnvironmentState.Starting _ -> starts.refused(environment, now, actions);
                case EnvironmentState.Idle _ -> environment.cutOff();
                case EnvironmentState.Busy _, EnvironmentState.OutOfReach _, EnvironmentState.Retiring _ -> {}
            }
        }
    }

    /// A worker can be reached.
    ///
    /// @param anew whether its process is another, so that nothing is left of what it had
    void reached(WorkerId worker, boolean anew, Instant now, List<EnvironmentAction> actions) {
        reconciliation.reached(worker, anew);
        if (anew) {
            on(worker).forEach(environment -> gone(environment.id(), Optional.empty(), now, actions));
        }
    }

    /// A copy, so that they may go meanwhile.
    private List<Environment> on(WorkerId worker) {
        return inventory.placed().stream()
                .filter(one -> one.slot().worker().equals(worker))
                .toList();
    }

    private void returned(EnvironmentId id, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.find(id);
        if (environment != null) {
            freed(environment, new EnvironmentState.Event.Returned(now), now, actions);
        }
    }

    /// Whether there is such an environment, in any state.
    boolean knows(EnvironmentId id) {
        return inventory.find(id) != null;
    }

    /// A worker did not honour a reservation. What its environment does now is unknown, so it is not used again.
    void refused(Reservation reservation, Instant now, List<EnvironmentAction> actions) {
        notUsed(reservation.environment(), reservation.number(), now, actions);
    }

    private void notUsed(EnvironmentId id, long reservation, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.find(id);
        if (environment == null || environment.under(reservation) == null) {
            return;
        }
        tallies.refused++;
        inventory.retire(environment, actions);
        scaleOut.one(environment.function(), now, actions);
        inventory.forgetIfEmpty(environment.function());
    }

    /// A generation of a version is current: environments of older ones end.
    void supersede(FunctionId function, String version, long current, List<EnvironmentAction> actions) {
        for (var one : inventory.of(function)) {
            if (one.version().version().equals(version) && one.version().generation() < current) {
                inventory.supersede(one, actions);
            }
        }
    }

    /// From now on so many environments of a version are kept initialised.
    void provision(FunctionVersion version, int wanted, Instant now, List<EnvironmentAction> actions) {
        provisioning.want(version, wanted, now, actions);
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
    void sweep(Instant now, List<EnvironmentAction> actions) {
        for (var environment : reconciliation.ofSilentWorkers(inventory.placed(), now)) {
            // No other is placed there before it reports.
            actions.add(new EnvironmentAction.WorkerFull(environment.slot()));
            gone(environment.id(), Optional.empty(), now, actions);
        }
        for (var function : inventory.all()) {
            eviction.expire(function, now, actions);
            waitLimits.expire(function, now, actions);
            scaleOut.all(function, now, actions);
            provisioning.ask(function, now, actions);
            inventory.forgetIfEmpty(function);
        }
        scaleOut.starved(now, actions);
    }

    void close(List<EnvironmentAction> actions) {
        inventory.close();
        for (var function : inventory.all()) {
            waitLimits.failAll(function, new Unavailable.Closed(), actions);
            inventory.supersede(function, actions);
        }
    }

    EnvironmentCounts counts() {
        return inventory.counts();
    }

    /// An environment has room for one more invocation.
    private void freed(
            Environment environment, EnvironmentState.Event event, Instant now, List<EnvironmentAction> actions) {
        var function = environment.function();
        free(environment, event, actions);
        if (!function.waiting().isEmpty()) {
            serveWaiting(function, now, actions);
        } else if (function.isSuperseded()) {
            inventory.supersede(function, actions);
        } else if (!inventory.starved().isEmpty()) {
            eviction.makeRoom(inventory.starved().getFirst(), actions);
        }
    }

    /// Has environments with room serve those who wait, as far as the processors can use more.
    private void serveWaiting(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        var waiting = function.waiting();
        var stock = function.stock();
        for (var next = stock.next(); next != null && !waiting.isEmpty(); next = stock.next()) {
            actions.add(serve(waiting.take(), next, now));
        }
        if (waiting.isEmpty()) {
            inventory.starved().remove(function);
        }
    }

    private void free(Environment environment, EnvironmentState.Event event, List<EnvironmentAction> actions) {
        var function = environment.function();
        function.stock().left(environment);
        provisioning.freed(environment, actions);
        environment.happened(event);
        function.stock().entered(environment);
    }

    private EnvironmentAction serve(Waiter waiter, Environment environment, Instant now) {
        var number = environment.take(now);
        var worker = environment.slot().worker();
        var reservation = new Reservation(worker, environment.id(), epoch, number, config.reservationLife());
        return new EnvironmentAction.Serve(waiter, new Assignment(worker, reservation));
    }
}
