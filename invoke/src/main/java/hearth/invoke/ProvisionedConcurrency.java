package hearth.invoke;

import hearth.invoke.shards.ProvisioningQuestions;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.WorkerManager;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.ShardId;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Has the WorkerManager keep environments initialised for versions that have provisioned concurrency, by themselves
/// or through an alias that points to them.
public final class ProvisionedConcurrency {
    private static final System.Logger LOG = System.getLogger(ProvisionedConcurrency.class.getName());

    /// Where it is kept what is wanted.
    @FunctionalInterface
    public interface Source {
        /// How many environments each version of a function is to have now; those that are not named want none. Blocks.
        Map<FunctionVersion, Integer> find(FunctionId function);
    }

    private final Source source;
    private final WorkerManager workers;
    private final Executor blocking;

    /// Whom to ask about functions that another member looks after; null in a process that is alone.
    private final @Nullable ProvisioningQuestions others;

    /// What was asked of the WorkerManager; only functions that want any.
    private final Map<FunctionId, Set<FunctionVersion>> known = new ConcurrentHashMap<>();

    ProvisionedConcurrency(
            Source source, WorkerManager workers, Executor blocking, @Nullable ProvisioningQuestions others) {
        this.source = source;
        this.workers = workers;
        this.blocking = blocking;
        this.others = others;
    }

    /// What is provisioned for a function may be another now. Does not block.
    public void provisioningChanged(FunctionId function) {
        if (workers.accepts(ShardId.of(function))) {
            blocking.execute(() -> apply(function));
        }
    }

    /// A function has changed, or one of its aliases. Does not block.
    void functionChanged(FunctionId function) {
        if (known.containsKey(function)) {
            provisioningChanged(function);
        }
    }

    /// How far the provisioning of a version has come. Where another member looks after it, this blocks until that has
    /// answered.
    ///
    /// @throws IllegalStateException if it does not
    public Provisioned provisioned(FunctionId function, String version) {
        if (others == null || workers.accepts(ShardId.of(function))) {
            return known(function, version);
        }
        try {
            return others.ask(function, version)
                    .orElseThrow(() -> new IllegalStateException(
                            "Whoever looks after " + function + " does not say what is provisioned for it"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking what is provisioned for " + function, e);
        }
    }

    /// Whoever asks about a version of which nothing is known may know of one that is new.
    ///
    /// Does not block.
    Provisioned known(FunctionId function, String version) {
        var known = workers.provisioned(function, version);
        if (known.equals(Provisioned.NONE)) {
            provisioningChanged(function);
        }
        return known;
    }

    /// One at a time, so that what was read first is not applied last.
    synchronized void apply(FunctionId function) {
        try {
            var wanted = source.find(function);
            var keys = wanted.keySet().stream()
                    .map(version -> version.environmentKey(null))
                    .collect(Collectors.toSet());
            var before = new HashSet<>(known.getOrDefault(function, Set.of()));
            // Another member kept these.
            before.addAll(workers.provisionedVersionsOf(function));
            before.stream()
                    .filter(version -> !keys.contains(version.environmentKey(null)))
                    .forEach(version -> workers.provision(version, 0));
            wanted.forEach(workers::provision);
            if (wanted.isEmpty()) {
                known.remove(function);
            } else {
                known.put(function, Set.copyOf(wanted.keySet()));
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "Cannot tell what is provisioned for " + function, e);
        }
    }
}
