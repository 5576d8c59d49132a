package hearth.invoke.workermanager;

import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The stock of one function version's environments, and one tenant's: how many are in which state, and which of them
/// serves next. Guarded as the EnvironmentTable is.
///
/// Idle environments are a stack, so that the surplus grows cold at its bottom.
final class EnvironmentStock {
    private final FunctionTurns turns;
    private final int maxConcurrency;
    private final ArrayDeque<Environment> idle = new ArrayDeque<>();

    /// Those of the idle that are provisioned.
    private final ArrayDeque<Environment> idleProvisioned = new ArrayDeque<>();

    /// Those of the busy that can take one more invocation, where they run several at once.
    private final ArrayDeque<Environment> roomy = new ArrayDeque<>(0);

    /// Whether provisioned ones serve when no other can.
    private boolean provisionedLast;

    private int outOfReach;
    private int starting;
    private int busy;
    private int startingProvisioned;
    private int busyProvisioned;

    /// @param maxConcurrency how many invocations each may run at once
    EnvironmentStock(FunctionTurns turns, int maxConcurrency) {
        this.turns = turns;
        this.maxConcurrency = maxConcurrency;
    }

    void keepProvisionedForLast() {
        provisionedLast = true;
    }

    /// Those that were started on demand. The others never end for want of work.
    ArrayDeque<Environment> idle() {
        return idle;
    }

    ArrayDeque<Environment> idleProvisioned() {
        return idleProvisioned;
    }

    int idleCount() {
        return idle.size() + idleProvisioned.size();
    }

    /// Whether one can take an invocation now.
    boolean hasRoom() {
        return idleCount() > 0 || !roomy.isEmpty();
    }

    int starting() {
        return starting;
    }

    /// How many invocations those that are being made can take.
    int expected() {
        return starting * maxConcurrency;
    }

    /// How many invocations those that are busy can run.
    int underWay() {
        return busy * maxConcurrency;
    }

    int busy() {
        return busy;
    }

    /// Those that are initialised, or will be.
    int provisioned() {
        return startingProvisioned + readyProvisioned();
    }

    int readyProvisioned() {
        return idleProvisioned.size() + busyProvisioned;
    }

    /// Whether one is made, or busy, that could serve whoever waits.
    boolean mayServeLater() {
        return starting + busy > 0;
    }

    boolean isEmpty() {
        return !mayServeLater() && idleCount() == 0 && outOfReach == 0;
    }

    /// The one that serves next: one that is busy and has room, then provisioned ones, then that which was idle last;
    /// null when there is none, or when as many run as the processors can use.
    @Nullable
    Environment next() {
        var first = first();
        if (first == null || turns.mayServe(first)) {
            return first;
        }
        return turns.areSpread() && turns.left() > 0 ? elsewhere() : null;
    }

    /// The same of those that are not on one of these workers.
    @Nullable
    Environment next(Set<WorkerId> avoided) {
        return inTurn().filter(one -> !avoided.contains(one.slot().worker()) && turns.mayServe(one))
                .findFirst()
                .orElse(null);
    }

    /// Puts the idle in their order, after some came that were idle before.
    void sort() {
        for (var stack : List.of(idle, idleProvisioned)) {
            var sorted = new ArrayList<>(stack);
            sorted.sort(Comparator.comparing(EnvironmentStock::idleSince).reversed());
            stack.clear();
            stack.addAll(sorted);
        }
    }

    private static Instant idleSince(Environment environment) {
        return environment.state() instanceof EnvironmentState.Idle(var since) ? since : Instant.MAX;
    }

    private @Nullable Environment first() {
        var busy = roomy.peekFirst();
        if (busy != null) {
            return busy;
        }
        var next = (provisionedLast ? idle : idleProvisioned).peekFirst();
        return next != null ? next : (provisionedLast ? idleProvisioned : idle).peekFirst();
    }

    private Stream<Environment> inTurn() {
        var stacks =
                provisionedLast ? Stream.of(roomy, idle, idleProvisioned) : Stream.of(roomy, idleProvisioned, idle);
        return stacks.flatMap(ArrayDeque::stream);
    }

    /// The first of those on a worker whose processors can use it.
    private @Nullable Environment elsewhere() {
        return inTurn().filter(turns::mayServe).findFirst().orElse(null);
    }

    /// An environment has come into a state, its first one or another.
    void entered(Environment environment) {
        switch (environment.state()) {
            case EnvironmentState.Starting _ -> count(environment, 1, 0);
            case EnvironmentState.Busy _ -> {
                count(environment, 0, 1);
                if (environment.hasRoom()) {
                    roomy.addFirst(environment);
                }
            }
            case EnvironmentState.Idle _ -> idle(environment).addFirst(environment);
            case EnvironmentState.OutOfReach _ -> outOfReach++;
            case EnvironmentState.Retiring _ -> {}
        }
    }

    /// An environment leaves one state; `entered` follows unless it is gone.
    void left(Environment environment) {
        switch (environment.state()) {
            case EnvironmentState.Starting _ -> count(environment, -1, 0);
            case EnvironmentState.Busy _ -> {
                count(environment, 0, -1);
                if (environment.hasRoom()) {
                    roomy.remove(environment);
                }
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
            case EnvironmentState.OutOfReach _ -> outOfReach--;
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
}
