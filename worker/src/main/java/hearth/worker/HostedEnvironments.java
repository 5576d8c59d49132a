package hearth.worker;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import hearth.worker.environment.ExecutionEnvironment;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The environments that this worker has, until nothing is left of them.
final class HostedEnvironments {
    private final Map<EnvironmentId, Hosted> environments = new ConcurrentHashMap<>();
    private final Object allGone = new Object();

    /// One of them.
    ///
    /// @param shard that it is of
    record Hosted(ExecutionEnvironment environment, ShardId shard) {
        private boolean mayMakeRoom() {
            return !environment.spec().isKept() && environment.standing().phase() == Phase.IDLE;
        }

        private long memory() {
            return environment.spec().function().memory().count();
        }
    }

    int count() {
        return environments.size();
    }

    Collection<Hosted> all() {
        return environments.values();
    }

    @Nullable
    Hosted find(EnvironmentId id) {
        return environments.get(id);
    }

    /// @return false if there is one of this name
    boolean add(ExecutionEnvironment environment, ShardId shard) {
        return environments.putIfAbsent(environment.spec().id(), new Hosted(environment, shard)) == null;
    }

    void forget(ExecutionEnvironment environment) {
        environments.remove(environment.spec().id());
        if (environments.isEmpty()) {
            synchronized (allGone) {
                allGone.notifyAll();
            }
        }
    }

    /// All of a shard, in any state.
    List<HeldEnvironment> held(ShardId shard) {
        return environments.values().stream()
                .filter(one -> one.shard().equals(shard))
                .map(one -> one.environment().held())
                .toList();
    }

    /// Ends those that were idle for longest, until what is about to end leaves room for so much.
    ///
    /// @param wanted of what is promised, not of what is really in use: that is what members count by
    void makeRoom(Bytes wanted) {
        long leaving = environments.values().stream()
                .filter(one -> one.environment().standing().phase() == Phase.ENDING)
                .mapToLong(Hosted::memory)
                .sum();
        var longestIdle = environments.values().stream()
                .filter(Hosted::mayMakeRoom)
                .map(one -> one.environment().held())
                .sorted(Comparator.comparing(HeldEnvironment::idle).reversed())
                .iterator();
        while (leaving < wanted.count() && longestIdle.hasNext()) {
            var spec = longestIdle.next().spec();
            var one = environments.get(spec.id());
            if (one != null) {
                one.environment().makeRoom();
            }
            leaving += spec.function().memory().count();
        }
    }

    /// Has all end, also those that run an invocation.
    void end() {
        environments.values().forEach(one -> one.environment().close());
    }

    /// Waits until nothing is left of them.
    void awaitEnd() {
        try {
            synchronized (allGone) {
                while (!environments.isEmpty()) {
                    allGone.wait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
