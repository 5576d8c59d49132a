package hearth.invoke.workermanager;

import hearth.invoke.placement.Placement;
import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.FunctionVersion.EnvironmentKey;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.Reservation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Which environments there are, whose turn is next, and what follows from each thing that happens.
///
/// It only decides: each method takes one event and returns the steps that someone else is to do, in their order.
/// It has no lock, no clock and no I/O; the WorkerManager guards it with its lock and does the steps outside.
///
/// An invocation that finds no idle environment has a new one made, unless its function is quick and those that
/// are busy will be free before: else many callers of a short function would have as many environments, which take
/// each other's processors. Since that is a guess, such a function is *watched* until nobody waits any more.
///
/// A version with *provisioned* concurrency has as many environments as that says, made ahead. They serve before the
/// others, and neither idleness nor another function's need ends them.
///
/// A function version whose invocations wait while no worker has room is *starved*. It is asked for again
/// whenever room came back, and idle environments, the longest idle first, whosever they are, end to make room.
final class EnvironmentTable {
    private static final NotRunnable NEVER_FITS =
            new NotRunnable(NotRunnable.Cause.INIT_FAILED, "No worker is large enough");
    private static final NotRunnable SHARE_USED_UP = new NotRunnable(
            NotRunnable.Cause.SHARE_USED_UP, "Provisioned environments take all of the workers that they may");

    /// More are asked for as these become ready, and once a second.
    private static final int PROVISIONED_AT_ONCE = 32;

    private final WorkerManagerConfig config;
    private final Supplier<EnvironmentId> ids;
    private final Map<EnvironmentKey, FunctionEnvironments> versions = new HashMap<>();

    /// The values of `versions` by function: all versions and generations that hold environments.
    private final Map<FunctionId, Set<FunctionEnvironments>> functions = new HashMap<>();

    /// Those that have a slot: all but the ones that are still being placed.
    private final Map<EnvironmentId, Environment> environments = new HashMap<>();

    private final Set<Environment> retiring = new HashSet<>();
    private final SequencedSet<FunctionEnvironments> starved = new LinkedHashSet<>();
    private boolean closed;
    private long warmTakes;
    private long waits;
    private long asked;
    private long failedStarts;
    private long expired;
    private long evicted;
    private long refused;

    EnvironmentTable(WorkerManagerConfig config, Supplier<EnvironmentId> ids) {
        this.config = config;
        this.ids = ids;
    }

    List<Step> acquire(FunctionVersion version, Waiter waiter, Instant now) {
        if (closed) {
            return List.of(new Step.Fail(waiter, new Unavailable.Closed()));
        }
        var known = versions.get(version.environmentKey());
        if (known != null) {
            var top = known.next();
            if (top != null) {
                warmTakes++;
                return List.of(serve(waiter, top, now));
            }
        }
        waits++;
        var steps = new ArrayList<Step>();
        var function = known != null ? known : begin(version, steps);
        function.waiting().add(new FunctionEnvironments.Waiting(waiter, now));
        askIfNeeded(function, now, steps);
        return steps;
    }

    /// Some time has passed since a `Watch`.
    List<Step> look(FunctionEnvironments function, Instant now) {
        function.watch(false);
        var steps = new ArrayList<Step>();
        askForAll(function, now, steps);
        return steps;
    }

    /// The PlacementService has answered an `Ask`. If it was `Placed`, the caller starts the environment after this.
    List<Step> placed(Environment environment, Placement placement, Instant now) {
        return switch (placement) {
            case Placement.Placed(var slot) -> {
                environment.placed(slot);
                environments.put(environment.id(), environment);
                var steps = new ArrayList<Step>(1);
                if (environment.function().failure().isEmpty()) {
                    // After starvation more may wait than the one that this is for.
                    askIfNeeded(environment.function(), now, steps);
                }
                yield steps;
            }
            case Placement.NoRoom() -> {
                var function = environment.function();
                function.notPlaced(environment);
                var steps = new ArrayList<Step>();
                if (needsMore(function, now)) {
                    starved.add(function);
                    makeRoom(function, steps);
                } else if (environment.isProvisioned()) {
                    makeRoom(function, steps);
                } else {
                    watch(function, steps);
                }
                forgetIfEmpty(function);
                yield steps;
            }
            case Placement.ShareUsedUp() -> {
                var function = environment.function();
                function.notPlaced(environment);
                // Several may have been asked for at once.
                if (function.mayProvision(now)) {
                    function.provisioningFailed(SHARE_USED_UP, now);
                }
                forgetIfEmpty(function);
                yield List.of();
            }
            case Placement.NeverFits() -> {
                var function = environment.function();
                function.notPlaced(environment);
                if (environment.isProvisioned()) {
                    function.provisioningFailed(NEVER_FITS, now);
                }
                var steps = new ArrayList<Step>();
                if (function.starting() + function.busy() == 0) {
                    failAll(function, new Unavailable.TooLarge(), steps);
                }
                forgetIfEmpty(function);
                yield steps;
            }
        };
    }

    List<Step> ready(EnvironmentId id, Instant now) {
        var environment = environments.get(id);
        if (environment == null || !(environment.state() instanceof EnvironmentState.Starting)) {
            return List.of();
        }
        environment.function().startSucceeded(Duration.between(environment.asked(), now));
        if (environment.isProvisioned()) {
            environment.function().provisioningSucceeded();
        }
        var steps = new ArrayList<Step>();
        steps.add(new Step.WorkerSucceeded(environment.slot()));
        freed(environment, now, steps);
        if (environment.isProvisioned()) {
            askForProvisioned(environment.function(), now, steps);
        }
        return steps;
    }

    List<Step> idle(EnvironmentId id, Instant now) {
        var environment = environments.get(id);
        if (environment == null || !(environment.state() instanceof EnvironmentState.Busy(var _, var since))) {
            return List.of();
        }
        environment.function().served(Duration.between(since, now));
        var steps = new ArrayList<Step>(1);
        freed(environment, now, steps);
        return steps;
    }

    /// @param why empty after an end that was asked for, or a crash
    List<Step> gone(EnvironmentId id, Optional<NotRunnable> why, Instant now) {
        var environment = environments.remove(id);
        if (environment == null) {
            return List.of();
        }
        var function = environment.function();
        function.left(environment);
        retiring.remove(environment);
        var steps = new ArrayList<Step>();
        steps.add(new Step.GiveBack(environment.slot()));
        if (environment.state() instanceof EnvironmentState.Starting) {
            var failure = why.orElseGet(() ->
                    new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The environment ended before it was ready"));
            startFailed(environment, failure, now, steps);
        } else {
            askIfNeeded(function, now, steps);
        }
        askForStarved(now, steps);
        forgetIfEmpty(function);
        return steps;
    }

    /// A worker did not honour a reservation. What its environment does now is unknown, so it is not used again.
    List<Step> refused(Reservation reservation, Instant now) {
        var environment = environments.get(reservation.environment());
        if (environment == null
                || !(environment.state() instanceof EnvironmentState.Busy(var number, var _))
                || number != reservation.number()) {
            return List.of();
        }
        refused++;
        var steps = new ArrayList<Step>();
        retire(environment, steps);
        askIfNeeded(environment.function(), now, steps);
        forgetIfEmpty(environment.function());
        return steps;
    }

    /// A generation of a version is current: environments of older ones end.
    List<Step> supersede(FunctionId function, String version, long current) {
        var steps = new ArrayList<Step>();
        for (var one : List.copyOf(functions.getOrDefault(function, Set.of()))) {
            if (one.version().version().equals(version) && one.version().generation() < current) {
                supersede(one, steps);
            }
        }
        return steps;
    }

    /// From now on so many environments of a version are kept initialised.
    List<Step> provision(FunctionVersion version, int wanted, Instant now) {
        var steps = new ArrayList<Step>();
        var known = versions.get(version.environmentKey());
        if (closed || (known == null && wanted == 0)) {
            return steps;
        }
        var function = known != null ? known : begin(version, steps);
        function.want(wanted);
        while (function.provisioned() > wanted && !function.idleProvisioned().isEmpty()) {
            retire(function.idleProvisioned().getLast(), steps);
        }
        askForProvisioned(function, now, steps);
        forgetIfEmpty(function);
        return steps;
    }

    /// How far a version's provisioning has come.
    Provisioned provisioned(FunctionId function, String version) {
        return functions.getOrDefault(function, Set.of()).stream()
                .filter(one -> one.version().version().equals(version) && one.wanted() > 0)
                .findFirst()
                .map(one -> new Provisioned(one.wanted(), one.readyProvisioned(), one.provisioningFailure()))
                .orElse(Provisioned.NONE);
    }

    /// The versions of a function that have environments.
    Set<String> versionsOf(FunctionId function) {
        return functions.getOrDefault(function, Set.of()).stream()
                .map(one -> one.version().version())
                .collect(Collectors.toSet());
    }

    /// Ends what was idle for too long, fails who waited for too long, and looks for room once more.
    List<Step> sweep(Instant now) {
        var steps = new ArrayList<Step>();
        for (var function : List.copyOf(versions.values())) {
            expireIdle(function, now, steps);
            expireWaiting(function, now, steps);
            askForAll(function, now, steps);
            askForProvisioned(function, now, steps);
            forgetIfEmpty(function);
        }
        askForStarved(now, steps);
        return steps;
    }

    List<Step> close() {
        closed = true;
        var steps = new ArrayList<Step>();
        for (var function : List.copyOf(versions.values())) {
            failAll(function, new Unavailable.Closed(), steps);
            supersede(function, steps);
        }
        return steps;
    }

    EnvironmentCounts counts() {
        int starting = 0;
        int idle = 0;
        int busy = 0;
        int waiting = 0;
        for (var function : versions.values()) {
            starting += function.starting();
            idle += function.idleCount();
            busy += function.busy();
            waiting += function.waiting().size();
        }
        return new EnvironmentCounts(
                starting,
                idle,
                busy,
                retiring.size(),
                waiting,
                warmTakes,
                waits,
                asked,
                failedStarts,
                expired,
                evicted,
                refused);
    }

    private FunctionEnvironments begin(FunctionVersion version, List<Step> steps) {
        var function = new FunctionEnvironments(version);
        var siblings = functions.computeIfAbsent(version.function(), _ -> new LinkedHashSet<>());
        for (var other : List.copyOf(siblings)) {
            if (other.version().version().equals(version.version())) {
                // The caller may hold an older configuration than another caller: that one's is not superseded then.
                if (other.version().generation() < version.generation()) {
                    supersede(other, steps);
                } else {
                    function.supersede();
                }
            }
        }
        functions.computeIfAbsent(version.function(), _ -> siblings).add(function);
        versions.put(version.environmentKey(), function);
        return function;
    }

    private void freed(Environment environment, Instant now, List<Step> steps) {
        var function = environment.function();
        free(environment, now);
        var next = function.waiting().pollFirst();
        if (next != null) {
            steps.add(serve(next.waiter(), environment, now));
            if (function.waiting().isEmpty()) {
                starved.remove(function);
            }
        } else if (function.isSuperseded()) {
            retire(environment, steps);
            forgetIfEmpty(function);
        } else if (!starved.isEmpty()) {
            makeRoom(starved.getFirst(), steps);
        }
    }

    /// One that is provisioned beyond what is wanted by now goes on as any other.
    private static void free(Environment environment, Instant now) {
        var function = environment.function();
        function.left(environment);
        if (environment.isProvisioned() && function.provisioned() >= function.wanted()) {
            environment.unprovision();
        }
        environment.happened(new EnvironmentState.Event.Freed(now));
        function.entered(environment);
    }

    private Step serve(Waiter waiter, Environment environment, Instant now) {
        var number = environment.nextReservation();
        change(environment, new EnvironmentState.Event.Taken(number, now));
        var worker = environment.slot().worker();
        var reservation = new Reservation(worker.id(), environment.id(), number, now.plus(config.reservationLife()));
        return new Step.Serve(waiter, new Assignment(worker, reservation));
    }

    /// Asks for one more environment if fewer are being made than are wanted.
    private void askIfNeeded(FunctionEnvironments function, Instant now, List<Step> steps) {
        if (starved.contains(function) || closed) {
            return;
        }
        if (needsMore(function, now)) {
            ask(function, now, false, steps);
        }
        watch(function, steps);
    }

    private void askForAll(FunctionEnvironments function, Instant now, List<Step> steps) {
        // After a failure only a new invocation is worth another attempt.
        if (starved.contains(function) || closed || function.failure().isPresent()) {
            return;
        }
        while (needsMore(function, now)) {
            ask(function, now, false, steps);
        }
        watch(function, steps);
    }

    private void askForProvisioned(FunctionEnvironments function, Instant now, List<Step> steps) {
        if (closed || function.isSuperseded() || !function.mayProvision(now)) {
            return;
        }
        for (int i = 0; i < PROVISIONED_AT_ONCE && function.provisioned() < function.wanted(); i++) {
            ask(function, now, true, steps);
        }
    }

    private boolean needsMore(FunctionEnvironments function, Instant now) {
        return function.starting() < function.impatient(now, config.patience());
    }

    private void ask(FunctionEnvironments function, Instant now, boolean provisioned, List<Step> steps) {
        var environment = new Environment(ids.get(), function, now, provisioned);
        function.asked(environment);
        asked++;
        steps.add(new Step.Ask(environment));
    }

    private void watch(FunctionEnvironments function, List<Step> steps) {
        if (function.starting() < function.waiting().size() && !function.isWatched()) {
            function.watch(true);
            steps.add(new Step.Watch(function, function.patience(config.patience())));
        }
    }

    /// One new environment for each that is starved; whoever still finds no room is starved again.
    private void askForStarved(Instant now, List<Step> steps) {
        for (var function : List.copyOf(starved)) {
            starved.remove(function);
            askIfNeeded(function, now, steps);
        }
    }

    private void startFailed(Environment environment, NotRunnable failure, Instant now, List<Step> steps) {
        failedStarts++;
        var function = environment.function();
        if (environment.isProvisioned()) {
            // Nobody waits for this one: an invocation has one of its own made.
            function.provisioningFailed(failure, now);
            askIfNeeded(function, now, steps);
            return;
        }
        var inARow = function.startFailed(failure);
        var mayDoBetter = failure.cause() == NotRunnable.Cause.SANDBOX_FAILED;
        if (mayDoBetter) {
            steps.add(new Step.WorkerFailed(environment.slot()));
        }
        if (mayDoBetter && inARow < config.failedStarts()) {
            askIfNeeded(function, now, steps);
        } else if (function.starting() + function.busy() == 0) {
            // Nothing is left that could still serve them.
            failAll(function, new Unavailable.NotRunnable(failure), steps);
            function.forgetFailedStarts();
        }
    }

    /// Retires the longest idle environments until those that are about to end leave room for one more of this.
    private void makeRoom(FunctionEnvironments needy, List<Step> steps) {
        var leaving = new Bytes(0);
        for (var environment : retiring) {
            leaving = leaving.plus(environment.function().demand().memory());
        }
        while (retiring.isEmpty() || leaving.compareTo(needy.demand().memory()) < 0) {
            var coldest = versions.values().stream()
                    .filter(function -> !function.idle().isEmpty())
                    .map(function -> function.idle().getLast())
                    .min(Comparator.comparing(EnvironmentTable::idleSince));
            if (coldest.isEmpty()) {
                return;
            }
            evicted++;
            retire(coldest.get(), steps);
            leaving = leaving.plus(coldest.get().function().demand().memory());
            forgetIfEmpty(coldest.get().function());
        }
    }

    private void supersede(FunctionEnvironments function, List<Step> steps) {
        function.supersede();
        function.want(0);
        while (!function.idle().isEmpty()) {
            retire(function.idle().getLast(), steps);
        }
        while (!function.idleProvisioned().isEmpty()) {
            retire(function.idleProvisioned().getLast(), steps);
        }
        forgetIfEmpty(function);
    }

    private void expireIdle(FunctionEnvironments function, Instant now, List<Step> steps) {
        var idle = function.idle();
        while (!idle.isEmpty()
                && !idleSince(idle.getLast()).plus(config.idleExpiry()).isAfter(now)) {
            expired++;
            retire(idle.getLast(), steps);
        }
    }

    private void expireWaiting(FunctionEnvironments function, Instant now, List<Step> steps) {
        var waiting = function.waiting();
        var noRoom = starved.contains(function) && function.starting() == 0;
        var limit = noRoom ? config.capacityWait() : config.waitLimit();
        while (!waiting.isEmpty() && !waiting.getFirst().since().plus(limit).isAfter(now)) {
            Unavailable why = function.failure()
                    .<Unavailable>map(Unavailable.NotRunnable::new)
                    .orElseGet(() -> noRoom ? new Unavailable.NoCapacity() : new Unavailable.TooLate());
            steps.add(new Step.Fail(waiting.removeFirst().waiter(), why));
        }
        if (waiting.isEmpty()) {
            starved.remove(function);
        }
    }

    private void failAll(FunctionEnvironments function, Unavailable why, List<Step> steps) {
        function.waiting().forEach(one -> steps.add(new Step.Fail(one.waiter(), why)));
        function.waiting().clear();
        starved.remove(function);
    }

    private void retire(Environment environment, List<Step> steps) {
        change(environment, new EnvironmentState.Event.Retired());
        retiring.add(environment);
        steps.add(new Step.Retire(environment));
    }

    private static void change(Environment environment, EnvironmentState.Event event) {
        environment.function().left(environment);
        environment.happened(event);
        environment.function().entered(environment);
    }

    private static Instant idleSince(Environment environment) {
        return environment.state() instanceof EnvironmentState.Idle(var since) ? since : Instant.MAX;
    }

    private void forgetIfEmpty(FunctionEnvironments function) {
        if (function.isEmpty()) {
            starved.remove(function);
            versions.remove(function.version().environmentKey(), function);
            functions.computeIfPresent(function.version().function(), (_, all) -> {
                all.remove(function);
                return all.isEmpty() ? null : all;
            });
        }
    }
}
