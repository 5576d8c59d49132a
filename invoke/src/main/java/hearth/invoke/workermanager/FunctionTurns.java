package hearth.invoke.workermanager;

import hearth.invoke.placement.Demand;
import hearth.invoke.placement.Slot;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// The turns of one function version on the processors of all workers that have environments of it, and how many are
/// worth having at once. Guarded as the EnvironmentTable is.
final class FunctionTurns {
    private static final double MILLI_CPUS_OF_A_PROCESSOR = 1000;

    /// Invocations that take less have a good part of that time to wait for the network, where there is one.
    private static final long BRIEF = Duration.ofMillis(10).toNanos();

    private final Parallelism parallelism;
    private final MeanTime invocations;
    private final Map<WorkerId, Turns> workers = new HashMap<>();
    private Instant roundSince = Instant.MIN;

    /// @param demand of each environment
    /// @param invocations how long they have their environments
    FunctionTurns(Demand demand, MeanTime invocations) {
        this.invocations = invocations;
        this.parallelism = new Parallelism(demand.milliCpus() / MILLI_CPUS_OF_A_PROCESSOR);
    }

    Turns on(Slot slot) {
        return workers.computeIfAbsent(slot.worker(), _ -> new Turns(slot.processors(), slot.isAway()));
    }

    /// Whether the processors under an environment can use one more invocation.
    boolean mayServe(Environment environment) {
        return environment.turns().left(parallelism, areBrief()) > 0;
    }

    /// Whether a worker may have turns left where another has none.
    boolean areSpread() {
        return workers.size() > 1;
    }

    /// How many more invocations the processors of all workers can use.
    int left() {
        boolean brief = areBrief();
        long left = 0;
        for (var one : workers.values()) {
            left += one.left(parallelism, brief);
        }
        return workers.isEmpty() ? Parallelism.UNLIMITED : (int) Math.min(Parallelism.UNLIMITED, left);
    }

    private boolean areBrief() {
        return invocations.nanos() < BRIEF;
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
            workers.values().forEach(Turns::nextRound);
        }
    }
}
