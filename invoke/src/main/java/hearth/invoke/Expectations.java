package hearth.invoke;

import hearth.invoke.frontend.FunctionSource;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.worker.WorkerCommand;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Tells workers of functions that may soon be invoked: those that have just changed.
///
/// One at a time, and only the last of those that change meanwhile: it is a hint, and many changes at once must not
/// cost many reads.
final class Expectations {
    private static final System.Logger LOG = System.getLogger(Expectations.class.getName());

    private final FunctionSource source;
    private final WorkerLinks workers;
    private final Executor blocking;
    private final AtomicReference<@Nullable FunctionId> next = new AtomicReference<>();

    Expectations(FunctionSource source, WorkerLinks workers, Executor blocking) {
        this.source = source;
        this.workers = workers;
        this.blocking = blocking;
    }

    /// Does not block.
    void changed(FunctionId function) {
        if (next.getAndSet(function) == null) {
            try {
                blocking.execute(this::tellNext);
            } catch (RuntimeException | Error e) {
                next.set(null);
                LOG.log(Level.DEBUG, "Cannot tell workers what to expect of " + function, e);
            }
        }
    }

    private void tellNext() {
        var function = next.getAndSet(null);
        if (function != null) {
            tell(function);
        }
    }

    void tell(FunctionId function) {
        try {
            source.find(function, FunctionId.LATEST)
                    .ifPresent(routing -> workers.sendToAll(new WorkerCommand.Expect(routing.version())));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "Cannot tell workers what to expect of " + function, e);
        }
    }
}
