package hearth.invoke;

import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.WorkerManager;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

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

    /// What was asked of the WorkerManager; only functions that want any.
    private final Map<FunctionId, Set<FunctionVersion>> known = new ConcurrentHashMap<>();

    ProvisionedConcurrency(Source source, WorkerManager workers, Executor blocking) {
        this.source = source;
        this.workers = workers;
        this.blocking = blocking;
    }

    /// What is provisioned for a function may be another now. Does not block.
    public void provisioningChanged(FunctionId function) {
        blocking.execute(() -> apply(function));
    }

    /// A function has changed, or one of its aliases. Does not block.
    void functionChanged(FunctionId function) {
        if (known.containsKey(function)) {
            provisioningChanged(function);
        }
    }

    /// How far the provisioning of a version has come.
    public Provisioned provisioned(FunctionId function, String version) {
        return workers.provisioned(function, version);
    }

    /// One at a time, so that what was read first is not applied last.
    private synchronized void apply(FunctionId function) {
        try {
            var wanted = source.find(function);
            var keys = wanted.keySet().stream()
                    .map(version -> version.environmentKey(null))
                    .collect(Collectors.toSet());
            known.getOrDefault(function, Set.of()).stream()
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
