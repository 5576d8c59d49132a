package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionStore;
import hearth.cluster.StoreException;
import hearth.control.operation.RevisionIds;
import hearth.model.FunctionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Brings functions from `Pending` to `Active` and updates to their end, after the answer to whoever asked for them.
/// What a crash cut short is resumed at the next start; what the store cannot keep, as on a full disk, is tried again
/// until it can, and so is what meets a defect.
final class Transitions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Transitions.class.getName());

    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final CountDownLatch closing = new CountDownLatch(1);
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
            var failures = 0;
            while (!hasRun(function, step, failures) && !closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                failures++;
            }
            return null;
        });
    }

    private static boolean hasRun(FunctionId function, Runnable step, int failures) {
        try {
            step.run();
            return true;
        } catch (StoreException e) {
            if (failures == 0) {
                LOG.log(
                        Level.WARNING,
                        "{0} stays in transition while it cannot be kept: {1}",
                        function,
                        e.getMessage());
            }
            return false;
        } catch (RuntimeException | Error e) {
            // Nobody waits for an answer, but everybody for the function.
            LOG.log(failures == 0 ? Level.ERROR : Level.DEBUG, function + " stays in transition after a defect", e);
            return false;
        }
    }

    /// Waits for the transitions that were begun, and gives up those that the store refused.
    @Override
    public void close() {
        closing.countDown();
        tasks.close();
    }
}
