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

    private final Parallelism parallelism;
    private final Map<WorkerId, Turns> workers = new HashMap<>();
    private Instant roundSince = Instant.MIN;

    /// @param demand of each environment
    FunctionTurns(Demand demand) {
        this.parallelism = new Parallelism(demand.milliCpus() / MILLI_CPUS_OF_A_PROCESSOR);
    }

    Turns on(Slot slot) {
        return workers.computeIfAbsent(slot.worker(), _ -> new Turns(slot.processors(), slot.isAway()));
    }

    /// Whether the processors under an environment can use one more invocation.
    boolean mayServe(Environment environment) {
        return environment.turns().left(parallelism) > 0;
    }

    /// Whether a worker may have turns left where another has none.
    boolean areSpread() {
        return workers.size() > 1;
    }

    /// How many more invocations the processors of all workers can use.
    int left() {
        long left = 0;
        for (var one : workers.values()) {
            left += one.left(parallelism);
        }
        return workers.isEmpty() ? Parallelism.UNLIMITED : (int) Math.min(Parallelism.UNLIMITED, left);
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
