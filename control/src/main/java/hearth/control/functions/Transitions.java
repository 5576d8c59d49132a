package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionStore.VersionInTransition;
import hearth.cluster.VersionRecord;
import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Settling;
import hearth.model.FunctionId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Brings functions from `Pending` to `Active` and updates to their end, after the answer to whoever asked for them.
final class Transitions implements AutoCloseable {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Settling settling;
    private final ProvisionedEnvironments environments;
    /// Versions whose environments are being initialised, and looked at by this server.
    private final Set<VersionInTransition> initializing = ConcurrentHashMap.newKeySet();

    /// @param environments that are initialised ahead
    Transitions(
            FunctionStore functions, RevisionIds revisionIds, Settling settling, ProvisionedEnvironments environments) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.settling = settling;
        this.environments = environments;
    }

    void resume() {
        settling.resume(() -> new HashSet<>(functions.functionsInTransition()), this::settle);
        settling.resume(() -> new HashSet<>(functions.versionsInTransition()), version -> functions
                .find(version.function(), Long.toString(version.version()))
                .ifPresent(found -> settle(version.function(), found)));
    }

    /// Brings to its end whatever this change began.
    void settle(Change change) {
        var function = change.function().id();
        if (Lifecycle.isInTransition(change.function())) {
            settle(function);
        }
        change.published().ifPresent(version -> settle(function, version));
    }

    private void settle(FunctionId function) {
        settling.start(function, () -> {
            // A commit of its own: what invocations go by has heard of it when the next one shows the update as done,
            // and nobody who reads that can get the old code any more.
            if (servesAnother(function)) {
                settling.awaitOthers();
            }
            functions.update(function, before -> Change.to(Lifecycle.settled(before, revisionIds.next())));
        });
    }

    private boolean servesAnother(FunctionId function) {
        var another = new AtomicBoolean();
        functions.update(function, before -> {
            var after = Lifecycle.serving(before);
            another.set(!after.equals(before));
            return Change.to(after);
        });
        return another.get();
    }

    private void settle(FunctionId function, VersionRecord published) {
        var shown = published.configuration();
        long version = Long.parseLong(shown.version());
        boolean snapStart = environments.areThere() && published.isSnapStart();
        if (!snapStart) {
            settling.start(function, () -> functions.updateVersion(function, version, Lifecycle::settled));
        } else if (initializing.add(new VersionInTransition(function, version))) {
            settling.repeat(function, () -> isInitialized(function, version));
        }
    }

    /// Under SnapStart a version is on its way until an environment of it is initialised, or cannot be.
    private boolean isInitialized(FunctionId function, long version) {
        var progress = environments.of(function, Long.toString(version));
        if (progress.ready() > 0) {
            functions.updateVersion(function, version, Lifecycle::settled);
        } else if (progress.isFunctions()) {
            functions.updateVersion(function, version, Lifecycle::failed);
        } else if (progress.failure().isPresent()) {
            functions.updateVersion(function, version, Lifecycle::unoptimized);
        } else if (functions.find(function, Long.toString(version)).isPresent()) {
            return false;
        }
        initializing.remove(new VersionInTransition(function, version));
        return true;
    }

    @Override
    public void close() {
        settling.close();
    }
}
