package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionStore;
import hearth.cluster.StoreException;
import hearth.control.operation.RevisionIds;
import hearth.model.FunctionId;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Brings functions from `Pending` to `Active` and updates to their end, after the answer to whoever asked for them.
/// What a crash cut short is resumed at the next start.
final class Transitions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Transitions.class.getName());

    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

    Transitions(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    void resume() {
        functions.functionsInTransition().forEach(this::settle);
        functions.versionsInTransition().forEach(version -> settle(version.function(), version.version()));
    }

    /// Brings to its end whatever this change began.
    void settle(Change change) {
        var function = change.function().id();
        if (Lifecycle.isInTransition(change.function())) {
            settle(function);
        }
        change.published()
                .ifPresent(version ->
                        settle(function, Long.parseLong(version.configuration().version())));
    }

    private void settle(FunctionId function) {
        start(function, () -> {
            // A commit of its own: what invocations go by has heard of it when the next one shows the update as done,
            // and nobody who reads that can get the old code any more.
            functions.update(function, before -> Change.to(Lifecycle.serving(before)));
            functions.update(function, before -> Change.to(Lifecycle.settled(before, revisionIds.next())));
        });
    }

    private void settle(FunctionId function, long version) {
        start(function, () -> functions.updateVersion(function, version, Lifecycle::settled));
    }

    private void start(FunctionId function, Runnable step) {
        var _ = tasks.submit(() -> {
            try {
                step.run();
            } catch (StoreException e) {
                LOG.log(System.Logger.Level.ERROR, function + " stays in transition until the next start", e);
            }
        });
    }

    /// Waits for the transitions that were begun.
    @Override
    public void close() {
        tasks.close();
    }
}
