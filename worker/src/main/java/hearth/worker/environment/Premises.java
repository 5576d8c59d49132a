package hearth.worker.environment;

import hearth.model.ApiException;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.worker.code.CodeCache;
import hearth.worker.code.Lease;
import hearth.worker.pool.BootedRuntime;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxSpec;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an environment stands on for its whole life, however often its runtime is started: the runtime's files,
/// the function's code, a sandbox.
///
/// @param booted the runtime that is up already in the sandbox, for the first start
record Premises(InstalledRuntime runtime, Lease code, Sandbox sandbox, Optional<BootedRuntime> booted)
        implements AutoCloseable {
    private static final int MEBIBYTES_PER_CORE = 1769;

    /// Why there are none.
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

    /// Blocks until the code is here and the sandbox is made.
    static Premises prepare(EnvironmentSpec spec, EnvironmentHost host) throws Unavailable {
        var function = spec.function();
        var runtimes = host.runtimes();
        var runtime = runtimes.find(function.runtime())
                .orElseThrow(() -> new Unavailable(Cause.RUNTIME_MISSING, runtimes.advice(function.runtime())));
        var lease = lease(spec, host.code());
        try {
            var booted = booted(spec, runtime, lease, host);
            var sandbox = booted.isPresent()
                    ? booted.get().sandbox()
                    : host.sandboxes().create(sandbox(spec, runtime, lease));
            return new Premises(runtime, lease, sandbox, booted);
        } catch (SandboxException e) {
            lease.close();
            throw new Unavailable(Cause.SANDBOX_FAILED, "The sandbox cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    private static Optional<BootedRuntime> booted(
            EnvironmentSpec spec, InstalledRuntime runtime, Lease lease, EnvironmentHost host) throws SandboxException {
        var function = spec.function();
        var boot = host.boots().of(function, runtime);
        var booted = boot.flatMap(host.pool()::take);
        if (booted.isPresent()) {
            booted.get().fit(function.memory(), milliCpus(function), List.of(code(lease)));
        }
        return booted;
    }

    private static Mount code(Lease lease) {
        return new Mount(lease.directory(), "/var/task");
    }

    private static int milliCpus(FunctionVersion function) {
        return (int) Math.max(1, function.memory().toMebibytes() * 1000 / MEBIBYTES_PER_CORE);
    }

    private static Lease lease(EnvironmentSpec spec, CodeCache code) throws Unavailable {
        try {
            return code.acquire(spec.function().code());
        } catch (ApiException e) {
            throw new Unavailable(Cause.CODE_UNAVAILABLE, e.message(), e);
        } catch (IOException e) {
            throw new Unavailable(Cause.CODE_UNAVAILABLE, "The code cannot be fetched: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(Cause.CODE_UNAVAILABLE, "The worker was shut down", e);
        }
    }

    private static SandboxSpec sandbox(EnvironmentSpec spec, InstalledRuntime runtime, Lease lease) {
        var function = spec.function();
        var mounts = new ArrayList<>(runtime.mounts());
        mounts.add(code(lease));
        return new SandboxSpec(
                spec.id().value(), function.memory(), milliCpus(function), function.ephemeralStorage(), mounts);
    }

    /// Blocks until nothing is left of the sandbox.
    @Override
    public void close() {
        try (code) {
            sandbox.close();
            booted.ifPresent(BootedRuntime::close);
        }
    }
}
