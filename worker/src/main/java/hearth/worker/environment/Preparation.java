package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.worker.runtimes.InstalledRuntime;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The preparation of what an environment stands on: its runtime is found, its code fetched, its sandbox made.
///
/// All of it happens off the event loop. Where code is to be waited for, a virtual thread waits: those that make
/// sandboxes are few.
final class Preparation {
    private static final NotRunnable ENDED =
            new NotRunnable(Cause.SANDBOX_FAILED, "The environment ended before it was made");

    private final EnvironmentSpec spec;
    private final EnvironmentHost host;
    private final BooleanSupplier ending;
    private final Consumer<EnvironmentResources> prepared;
    private final Consumer<NotRunnable> notPrepared;

    /// A part of it, which blocks.
    private interface Part {
        void run() throws EnvironmentResources.Unavailable;
    }

    /// @param ending whether nobody wants it any more; asked on any thread
    /// @param prepared told at the end, on any thread; else `notPrepared` is
    Preparation(
            EnvironmentSpec spec,
            EnvironmentHost host,
            BooleanSupplier ending,
            Consumer<EnvironmentResources> prepared,
            Consumer<NotRunnable> notPrepared) {
        this.spec = spec;
        this.host = host;
        this.ending = ending;
        this.prepared = prepared;
        this.notPrepared = notPrepared;
    }

    /// By any thread.
    void start() {
        guarded(() -> host.preparations().execute(() -> guarded(this::findRuntime)));
    }

    private void findRuntime() throws EnvironmentResources.Unavailable {
        if (ending.getAsBoolean()) {
            notPrepared.accept(ENDED);
            return;
        }
        var runtime = EnvironmentResources.runtime(spec.function(), host);
        var here = FunctionFiles.ifHere(spec.function(), host.code());
        if (here.isPresent()) {
            make(runtime, here.get());
        } else {
            Thread.ofVirtual().name("code-of-" + spec.id().value()).start(() -> guarded(() -> awaitCode(runtime)));
        }
    }

    private void awaitCode(InstalledRuntime runtime) throws EnvironmentResources.Unavailable {
        var files = EnvironmentResources.files(spec, host.code());
        try {
            host.preparations().execute(() -> guarded(() -> make(runtime, files)));
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    private void make(InstalledRuntime runtime, FunctionFiles files) throws EnvironmentResources.Unavailable {
        if (ending.getAsBoolean()) {
            files.close();
            notPrepared.accept(ENDED);
            return;
        }
        prepared.accept(EnvironmentResources.make(spec, runtime, files, host));
    }

    private void guarded(Part part) {
        try {
            part.run();
        } catch (EnvironmentResources.Unavailable e) {
            notPrepared.accept(e.why());
        } catch (Throwable e) {
            host.defects().met("Environment " + spec.id() + " cannot be made", e);
            notPrepared.accept(Defects.asReason(e));
        }
    }
}
