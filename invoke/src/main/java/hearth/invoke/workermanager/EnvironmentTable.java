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
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
    private final OwnedShards shards;
    private final EnvironmentTallies tallies = new EnvironmentTallies();
    private final Inventory inventory;
    private final ScaleOut scaleOut;
    private final Provisioning provisioning;
    private final Eviction eviction;
    private final WaitLimits waitLimits;
    private final EnvironmentStarts starts;
    private final Reconciliation reconciliation;
    private final Assignments assignments;
    private final HandOver handOver;
    private final Drains drains;

    EnvironmentTable(WorkerManagerConfig config, OwnedShards shards, Function<ShardId, EnvironmentId> ids) {
        this.shards = shards;
        this.config = config;
        inventory = new Inventory(shards, ids, config.maxConcurrency(), tallies);
        scaleOut = new ScaleOut(config.patience(), inventory);
        provisioning = new Provisioning(inventory);
        eviction = new Eviction(config.idleExpiry(), inventory, tallies);
        waitLimits = new WaitLimits(config, inventory);
        starts = new EnvironmentStarts(
                config.failedStarts(), inventory, scaleOut, provisioning, eviction, waitLimits, tallies);
        reconciliation = new Reconciliation(config.reservationLife());
        drains = new Drains(inventory, provisioning);
        assignments = new Assignments(config.reservationLife(), shards, inventory, provisioning, eviction, drains);
        handOver = new HandOver(shards, inventory, assignments, scaleOut, provisioning, tallies);
    }

    Drains drains() {
        return drains;
    }

    HandOver handOver() {
        return handOver;
    }

    OwnedShards shards() {
        return shards;
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
            if (top != null && !waiter.avoids().isEmpty()) {
                top = known.stock().next(waiter.avoids());
            }
            if (top != null) {
                tallies.warmTakes++;
                assignments.serve(waiter, top, now, actions);
                return;
            }
        }
        if (known == null && !inventory.accepts(version.function())) {
            actions.add(new EnvironmentAction.Move(waiter));
            return;
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
        assignments.serveWaiting(function, now, actions);
        scaleOut.all(function, now, actions);
    }

    /// The PlacementService has answered an `Ask`.
    ///
    /// @return whether the caller is to start the environment after this, where it was `Placed`
    boolean placed(Environment environment, Placement placement, Instant now, List<EnvironmentAction> actions) {
        if (environment.function().isForgotten()) {
            if (placement instanceof Placement.Placed(var slot)) {
                actions.add(new EnvironmentAction.GiveBack(slot));
            }
            return false;
        }
        starts.placed(environment, placement, now, actions);
        return placement instanceof Placement.Placed;
    }

    /// No room could be looked for, or none be noted: a defect.
    void askFailed(Environment environment, NotRunnable why, Instant now, List<EnvironmentAction> actions) {
        starts.askFailed(environment, why, now, actions);
    }

    /// A worker had no room for an environment after all.
    void startRefused(EnvironmentId id, Instant now, List<EnvironmentAction> actions) {
        var environment = starting(id);
        if (environment != null) {
            var worker = environment.slot().worker();
            starts.refused(environment, now, actions);
            // Perhaps it was for another reason than its room.
            handOver.confirm(id.shard(), worker, now, actions);
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
        if (!environment.isAdopted()) {
            environment.function().starts().succeeded(took);
        }
        boolean provisioned = environment.isProvisioned();
        actions.add(new EnvironmentAction.WorkerSucceeded(environment.slot()));
        assignments.freed(environment, new EnvironmentState.Event.Ready(now), now, actions);
        if (!environment.isAdopted()) {
            actions.add(new EnvironmentAction.Initialized(
                    environment.function().version().function(), took));
        }
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
        assignments.freed(environment, new EnvironmentState.Event.Freed(busy.reservation(), now), now, actions);
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
        if (report.room() && !inventory.starved().isEmpty()) {
            scaleOut.starved(now, actions);
        }
        for (var difference : reconciliation.reported(from, report.number(), named, inventory.on(from), now)) {
            switch (difference) {
                case Difference.Missing(var id) -> {
                    gone(id, Optional.empty(), now, actions);
                    handOver.confirm(id.shard(), from, now, actions);
                }
                case Difference.Ready(var id) -> ready(id, now, actions);
                case Difference.Idle(var id, var reservation) -> cameFree(id, reservation, now, actions);
                case Difference.Returned(var id) -> returned(id, now, actions);
                case Difference.Unclaimed(var id, var reservation) -> notUsed(id, reservation, now, actions);
                case Difference.NotEnding(var id) -> actions.add(new EnvironmentAction.RetireStray(from, id));
                case Difference.Unknown(var id) -> retireStray(from, id, actions);
            }
        }
    }

    /// Something was told of an environment that nobody here knows. It ends, if this member looks after it.
    void retireStray(WorkerId worker, EnvironmentId id, List<EnvironmentAction> actions) {
        if (shards.isTakenUp(id.shard(), worker)) {
            actions.add(new EnvironmentAction.RetireStray(worker, id));
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
        handOver.lost(worker, now, actions);
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
            drains.end(worker);
            on(worker).forEach(environment -> gone(environment.id(), Optional.empty(), now, actions));
        }
        handOver.reached(worker, anew, now, actions);
    }

    /// A copy, so that they may go meanwhile.
    private List<Environment> on(WorkerId worker) {
        return List.copyOf(inventory.on(worker));
    }

    private void returned(EnvironmentId id, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.find(id);
        if (environment != null) {
            assignments.freed(environment, new EnvironmentState.Event.Returned(now), now, actions);
        }
    }

    /// Whether there is such an environment, in any state.
    boolean knows(EnvironmentId id) {
        return inventory.find(id) != null;
    }

    /// A worker did not honour a reservation. What its environment does now is unknown, so it is not used again.
    void refused(Reservation reservation, Instant now, List<EnvironmentAction> actions) {
        if (under(reservation) != null) {
            notUsed(reservation.environment(), reservation.number(), now, actions);
        }
    }

    /// A reservation was certainly not shown to its worker.
    void unused(Reservation reservation, Instant now, List<EnvironmentAction> actions) {
        var environment = inventory.find(reservation.environment());
        var busy = under(reservation);
        if (environment != null && busy != null && busy.epoch() == reservation.epoch()) {
            if (reconciliation.isOutOfReach(environment.slot().worker())) {
                environment.endTurn(busy);
                assignments.free(environment, new EnvironmentState.Event.Freed(busy.reservation(), now), actions);
                environment.cutOff();
                scaleOut.one(environment.function(), now, actions);
            } else {
                over(environment, busy, now, actions);
            }
        }
    }

    private EnvironmentState.@Nullable Busy under(Reservation reservation) {
        var environment = inventory.find(reservation.environment());
        var busy = environment == null ? null : environment.under(reservation.number());
        return busy != null && busy.isUnder(reservation) ? busy : null;
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

    Set<FunctionVersion> provisionedVersionsOf(FunctionId function) {
        return inventory.of(function).stream()
                .filter(one -> one.goal().wanted() > 0)
                .map(FunctionEnvironments::version)
                .collect(Collectors.toSet());
    }

    Set<FunctionId> functionsOf(ShardId shard) {
        return inventory.of(shard).stream().map(one -> one.version().function()).collect(Collectors.toSet());
    }

    /// The versions of a function that have environments.
    Set<String> versionsOf(FunctionId function) {
        return inventory.of(function).stream()
                .map(one -> one.version().version())
                .collect(Collectors.toSet());
    }

    /// Ends what was idle for too long, fails who waited for too long, and looks for room once more.
    void sweep(Instant now, List<EnvironmentAction> actions) {
        handOver.sweep(now, actions);
        drains.sweep(actions);
        for (var worker : reconciliation.silentWorkers()) {
            for (var environment : on(worker)) {
                if (Reconciliation.isArrived(environment, now)) {
                    // No other is placed there before it reports.
                    actions.add(new EnvironmentAction.WorkerFull(environment.slot()));
                    gone(environment.id(), Optional.empty(), now, actions);
                }
            }
        }
        for (var function : inventory.all()) {
            eviction.expire(function, now, actions);
            waitLimits.expire(function, now, actions);
            scaleOut.all(function, now, actions);
            provisioning.expire(function, now, actions);
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
}
