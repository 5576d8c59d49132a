package hearth.invoke.workermanager;

import hearth.invoke.placement.Demand;
import hearth.invoke.placement.Slot;
import hearth.model.EnvironmentKey;
import hearth.model.FunctionVersion;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The environments of one function version of one generation, and of one tenant where the function keeps its tenants
/// apart, and the invocations that wait for one. Guarded as the EnvironmentTable is.
///
/// Invocations wait only while no environment is idle: they are served in the order they came. Idle environments
/// are a stack, so that the surplus grows cold at its bottom.
final class FunctionEnvironments {
    /// An invocation that waits for an environment.
    record Waiting(Waiter waiter, Instant since) {}

    private final FunctionVersion version;
    private final EnvironmentKey key;
    private final Demand demand;
    private final ArrayDeque<Environment> idle = new ArrayDeque<>();

    /// Those of the idle that are provisioned.
    private final ArrayDeque<Environment> idleProvisioned = new ArrayDeque<>();

    private final ProvisioningGoal goal = new ProvisioningGoal();
    private int startingProvisioned;
    private int busyProvisioned;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int starting;
    private int busy;
    private boolean superseded;
    private final StartRecord starts = new StartRecord();
    private final MeanTime invocations = new MeanTime();
    private final Parallelism parallelism = new Parallelism();
    private final Map<WorkerId, Turns> turns = new HashMap<>();
    private Instant roundSince = Instant.MIN;
    private boolean watched;

    FunctionEnvironments(FunctionVersion version, @Nullable String tenant) {
        this.version = version;
        this.key = version.environmentKey(tenant);
        this.demand = Demand.of(version);
    }

    FunctionVersion version() {
        return version;
    }

    EnvironmentKey key() {
        return key;
    }

    /// Null of a function that does not keep its tenants apart.
    @Nullable
    String tenant() {
        return key.tenant();
    }

    Demand demand() {
        return demand;
    }

    /// Those that were started on demand. The others never end for want of work.
    ArrayDeque<Environment> idle() {
        return idle;
    }

    ArrayDeque<Environment> idleProvisioned() {
        return idleProvisioned;
    }

    /// The one that serves next: provisioned ones first, then that which was idle last; null when there is
    /// none, or when as many run as the processors can use.
    @Nullable
    Environment next() {
        var provisioned = idleProvisioned.peekFirst();
        var first = provisioned != null ? provisioned : idle.peekFirst();
        if (first == null || mayServe(first)) {
            return first;
        }
        return turns.size() > 1 && turnsLeft() > 0 ? elsewhere() : null;
    }

    /// The first of those on a worker whose processors can use it.
    private @Nullable Environment elsewhere() {
        return Stream.concat(idleProvisioned.stream(), idle.stream())
                .filter(this::mayServe)
                .findFirst()
                .orElse(null);
    }

    private boolean mayServe(Environment environment) {
        return environment.turns().left(parallelism) > 0;
    }

    /// How many more invocations the processors of its workers can use.
    private int turnsLeft() {
        long left = 0;
        for (var one : turns.values()) {
            left += one.left(parallelism);
        }
        return turns.isEmpty() ? Parallelism.UNLIMITED : (int) Math.min(Parallelism.UNLIMITED, left);
    }

    Turns turnsOn(Slot slot) {
        return turns.computeIfAbsent(slot.worker(), _ -> new Turns(slot.processors()));
    }

    void learn(ProcessorSample sample, Instant now) {
        parallelism.learn(sample, now);
    }

    /// Some time has passed: whoever has run for long loses its turn.
    ///
    /// @param least how long a round lasts at least
    void nextRound(Instant now, Duration least) {
        if (!roundSince.plus(least).isAfter(now)) {
            roundSince = now;
            turns.values().forEach(Turns::nextRound);
        }
    }

    int idleCount() {
        return idle.size() + idleProvisioned.size();
    }

    ProvisioningGoal goal() {
        return goal;
    }

    StartRecord starts() {
        return starts;
    }

    /// Those that are initialised, or will be.
    int provisioned() {
        return startingProvisioned + readyProvisioned();
    }

    int readyProvisioned() {
        return idleProvisioned.size() + busyProvisioned;
    }

    ArrayDeque<Waiting> waiting() {
        return waiting;
    }

    int starting() {
        return starting;
    }

    int busy() {
        return busy;
    }

    /// How many of those who wait are to have an environment made for them.
    ///
    /// None while one is idle, and no more than the processors can use. And none but who has waited for long
    /// already, if those that are busy are expected to serve all of them sooner than a new one would be ready.
    int impatient(Instant now, Duration longest) {
        return idleCount() > 0 ? 0 : Math.min(turnsLeft(), waitingTooLong(now, longest));
    }

    private int waitingTooLong(Instant now, Duration longest) {
        var bound = patience(longest);
        if (busy == 0 || !(invocations.nanos() * waiting.size() / busy < bound.toNanos())) {
            return waiting.size();
        }
        var since = now.minus(bound);
        int count = 0;
        for (var one : waiting) {
            if (one.since().isAfter(since)) {
                break;
            }
            count++;
        }
        return count;
    }

    /// How long an invocation waits for a busy environment before a new one is asked for.
    Duration patience(Duration longest) {
        return starts.patience(longest);
    }

    /// Whether it is looked at again soon because some who wait have no environment made for them.
    boolean isWatched() {
        return watched;
    }

    void watch(boolean now) {
        watched = now;
    }

    boolean isEmpty() {
        return goal.wanted() == 0 && starting == 0 && busy == 0 && idleCount() == 0 && waiting.isEmpty();
    }

    /// A newer generation is known, or the function is gone: environments end when nobody waits for them.
    boolean isSuperseded() {
        return superseded;
    }

    void supersede() {
        superseded = true;
    }

    void asked(Environment environment) {
        entered(environment);
    }

    void notPlaced(Environment environment) {
        left(environment);
    }

    /// An environment leaves one state; `entered` follows unless it is gone.
    void left(Environment environment) {
        switch (environment.state()) {
            case EnvironmentState.Starting _ -> count(environment, -1, 0);
            case EnvironmentState.Busy _ -> {
                count(environment, 0, -1);
                environment.endTurn();
            }
            case EnvironmentState.Idle _ -> {
                var stack = idle(environment);
                // Nearly always the top (taken) or the bottom (expired).
                if (stack.peekFirst() == environment) {
                    stack.removeFirst();
                } else {
                    stack.removeLastOccurrence(environment);
                }
            }
            case EnvironmentState.Retiring _ -> {}
        }
    }

    private ArrayDeque<Environment> idle(Environment environment) {
        return environment.isProvisioned() ? idleProvisioned : idle;
    }

    private void count(Environment environment, int moreStarting, int moreBusy) {
        starting += moreStarting;
        busy += moreBusy;
        if (environment.isProvisioned()) {
            startingProvisioned += moreStarting;
            busyProvisioned += moreBusy;
        }
    }

    void entered(Environment environment) {
        switch (environment.state()) {
            case EnvironmentState.Starting _ -> count(environment, 1, 0);
            case EnvironmentState.Busy _ -> {
                count(environment, 0, 1);
                environment.beginTurn();
            }
            case EnvironmentState.Idle _ -> idle(environment).addFirst(environment);
            case EnvironmentState.Retiring _ -> {}
        }
    }

    void served(Duration busy) {
        invocations.add(busy);
    }
}
