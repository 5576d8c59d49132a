package hearth.invoke.workermanager;

import hearth.invoke.placement.Demand;
import hearth.invoke.placement.Slot;
import hearth.model.EnvironmentKey;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The environments of one function version of one generation, and of one tenant where the function keeps its tenants
/// apart, and the invocations that wait for one. Guarded as
/// the EnvironmentTable is.
///
/// Invocations wait only while no environment is idle: they are served in the order they came. Idle environments
/// are a stack, so that the surplus grows cold at its bottom.
final class FunctionEnvironments {
    /// 2 to this power are the seconds of the longest pause between attempts to provision.
    private static final int LONGEST_PAUSE = 8;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_START_PAUSE = Duration.ofSeconds(8);

    /// One that waits.
    record Waiting(Waiter waiter, Instant since) {}

    private final FunctionVersion version;
    private final EnvironmentKey key;
    private final Demand demand;
    private final ArrayDeque<Environment> idle = new ArrayDeque<>();

    /// Those of the idle that are provisioned.
    private final ArrayDeque<Environment> idleProvisioned = new ArrayDeque<>();

    private int wanted;
    private InvocationOutcome.@Nullable NotRunnable provisioningFailure;
    private int provisioningFailures;
    private Instant provisionAgain = Instant.MIN;
    private int startingProvisioned;
    private int busyProvisioned;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int starting;
    private int busy;
    private boolean superseded;
    private int failedStarts;
    private final MeanTime starts = new MeanTime();
    private final MeanTime invocations = new MeanTime();
    private final Parallelism parallelism = new Parallelism();
    private final Map<WorkerId, Turns> turns = new HashMap<>();
    private Instant roundSince = Instant.MIN;
    private boolean watched;

    /// How long the last failure counts.
    private Duration pause = Duration.ZERO;

    private Instant failureUntil = Instant.MIN;

    /// Why the last start failed; null after one that went well.
    private InvocationOutcome.@Nullable NotRunnable failure;

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

    void learn(ProcessorSample sample) {
        parallelism.learn(sample);
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

    /// How many environments are to be kept initialised.
    int wanted() {
        return wanted;
    }

    void want(int environments) {
        wanted = environments;
        provisioningSucceeded();
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

    /// Half of what a start takes, if that is known: who waits longer might as well have had a new one made.
    Duration patience(Duration longest) {
        return starts.known()
                ? Duration.ofNanos(Math.min(longest.toNanos(), (long) starts.nanos() / 2))
                : Duration.ZERO;
    }

    /// Whether it is looked at again soon because some who wait have no environment made for them.
    boolean isWatched() {
        return watched;
    }

    void watch(boolean now) {
        watched = now;
    }

    boolean isEmpty() {
        return wanted == 0 && starting == 0 && busy == 0 && idleCount() == 0 && waiting.isEmpty();
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

    void startSucceeded(Duration time) {
        starts.add(time);
        failedStarts = 0;
        failure = null;
        pause = Duration.ZERO;
    }

    /// Notes a failed start.
    ///
    /// @return how many failed in a row
    int startFailed(InvocationOutcome.NotRunnable why, Instant now) {
        failure = why;
        pause = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        if (pause.compareTo(LONGEST_START_PAUSE) > 0) {
            pause = LONGEST_START_PAUSE;
        }
        failureUntil = now.plus(pause);
        return ++failedStarts;
    }

    void forgetFailedStarts() {
        failedStarts = 0;
    }

    /// Why an environment could not be kept initialised; empty after one that could.
    Optional<InvocationOutcome.NotRunnable> provisioningFailure() {
        return Optional.ofNullable(provisioningFailure);
    }

    /// From now on attempts are further and further apart, up to some minutes.
    void provisioningFailed(InvocationOutcome.NotRunnable why, Instant now) {
        provisioningFailure = why;
        provisionAgain = now.plusSeconds(1L << Math.min(provisioningFailures++, LONGEST_PAUSE));
    }

    /// None can be made now, through no fault of its own: it may be tried again in a second.
    void provisioningHeldUp(InvocationOutcome.NotRunnable why, Instant now) {
        provisioningFailure = why;
        provisionAgain = now.plusSeconds(1);
    }

    void provisioningSucceeded() {
        provisioningFailure = null;
        provisioningFailures = 0;
        provisionAgain = Instant.MIN;
    }

    boolean mayProvision(Instant now) {
        return !provisionAgain.isAfter(now);
    }

    /// Why the last start failed, for a pause that is longer after each failure in a row. Then it is forgotten, and
    /// those who wait are worth another attempt.
    Optional<InvocationOutcome.NotRunnable> failure(Instant now) {
        return now.isBefore(failureUntil) ? Optional.ofNullable(failure) : Optional.empty();
    }
}
