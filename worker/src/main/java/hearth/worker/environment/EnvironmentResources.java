package hearth.worker.environment;

import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.DiskFull;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.worker.code.CodeCache;
import hearth.worker.pool.BootedRuntime;
import hearth.worker.runtimes.Entrypoint;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// The resources that an environment holds for its whole life, however often its runtime is started: the runtime's
/// files, the function's code and layers, a sandbox.
///
/// @param booted the runtime that is up already in the sandbox, for the first start
record EnvironmentResources(
        InstalledRuntime runtime, FunctionFiles files, Sandbox sandbox, Optional<BootedRuntime> booted)
        implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EnvironmentResources.class.getName());
    private static final int MEBIBYTES_PER_CORE = 1769;

    /// The reason why an environment has no resources and cannot live.
    static final class Unavailable extends Exception {
        private final transient NotRunnable why;

        private Unavailable(Cause cause, String message, Throwable reason) {
            super(message, reason);
            this.why = new NotRunnable(cause, message);
        }

        private Unavailable(Cause cause, String message) {
            super(message);
            this.why = new NotRunnable(cause, message);
        }

        NotRunnable why() {
            return why;
        }
    }

    /// The runtime that a function names. May look for it on the disk.
    static InstalledRuntime runtime(FunctionVersion function, EnvironmentHost host) throws Unavailable {
        var runtimes = host.runtimes();
        return runtimes.find(function.runtime())
                .orElseThrow(() -> new Unavailable(Cause.RUNTIME_MISSING, runtimes.advice(function.runtime())));
    }

    /// Blocks until the sandbox is made. The files are closed where that fails.
    static EnvironmentResources make(
            EnvironmentSpec spec, InstalledRuntime runtime, FunctionFiles files, EnvironmentHost host)
            throws Unavailable {
        try {
            var booted = booted(spec, runtime, files, host);
            var sandbox = booted.isPresent()
                    ? booted.get().sandbox()
                    : host.sandboxes().create(sandbox(spec, runtime, files));
            return new EnvironmentResources(runtime, files, sandbox, booted);
        } catch (SandboxException e) {
            files.close();
            throw new Unavailable(Cause.SANDBOX_FAILED, "The sandbox cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /// None under SnapStart: AWS's client for Java looks what kind of environment it is in before it hears of its
    /// function.
    private static Optional<BootedRuntime> booted(
            EnvironmentSpec spec, InstalledRuntime runtime, FunctionFiles files, EnvironmentHost host) {
        if (spec.isSnapStart()) {
            return Optional.empty();
        }
        var function = spec.function();
        var boot = host.bootable().of(function, runtime);
        var sandbox = sandbox(spec, runtime, files);
        var booted = boot.flatMap(
                start -> host.pool().take(start, sandbox, function.function().account()));
        return booted.filter(each -> fits(each, sandbox, files));
    }

    /// One that does not is gone, and the function goes on without.
    private static boolean fits(BootedRuntime booted, SandboxSpec sandbox, FunctionFiles files) {
        try {
            booted.fit(sandbox.memory(), sandbox.milliCpus(), files.mounts());
            return true;
        } catch (SandboxException e) {
            LOG.log(Level.WARNING, "A booted runtime cannot be had for {0}: {1}", sandbox.name(), e.getMessage());
            return false;
        }
    }

    static int milliCpus(FunctionVersion function) {
        return (int) Math.max(1, function.memory().toMebibytes() * 1000 / MEBIBYTES_PER_CORE);
    }

    /// Blocks until the function's code and layers are here.
    static FunctionFiles files(EnvironmentSpec spec, CodeCache cache) throws Unavailable {
        try {
            return FunctionFiles.acquire(spec.function(), cache);
        } catch (ApiException e) {
            LOG.log(
                    Level.WARNING,
                    "The code of {0} cannot be unpacked: {1}",
                    spec.function().function().arn(),
                    e.reason());
            throw new Unavailable(Cause.CODE_UNAVAILABLE, e.message(), e);
        } catch (IOException e) {
            if (DiskFull.isCauseOf(e)) {
                LOG.log(
                        Level.WARNING,
                        "THE DISK IS FULL: the code of {0} cannot be unpacked until there is room",
                        spec.function().function());
                throw new Unavailable(
                        Cause.SANDBOX_FAILED, "The server's disk is full: the code cannot be unpacked.", e);
            }
            throw new Unavailable(Cause.CODE_UNAVAILABLE, "The code cannot be fetched: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(Cause.CODE_UNAVAILABLE, "The worker was shut down", e);
        }
    }

    private static SandboxSpec sandbox(EnvironmentSpec spec, InstalledRuntime runtime, FunctionFiles files) {
        var function = spec.function();
        var mounts = new ArrayList<>(runtime.mounts());
        mounts.addAll(files.mounts());
        return new SandboxSpec(
                spec.id().value(), function.memory(), milliCpus(function), function.ephemeralStorage(), mounts);
    }

    /// Starts the runtime.
    Entrypoint entrypoint(Bytes memory, Map<String, String> variables) {
        return runtime.entrypoint(memory, variables, files::has);
    }

    /// Blocks until nothing is left of the sandbox.
    @Override
    public void close() {
        try (files) {
            sandbox.close();
            booted.ifPresent(BootedRuntime::close);
        }
    }
}
