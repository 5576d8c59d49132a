package hearth.worker.environment;

import hearth.worker.code.CodeCache;
import hearth.worker.logs.LogWriter;
import hearth.worker.pool.RuntimePool;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxFactory;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/// What all environments of a worker share.
///
/// @param preparations makes sandboxes, on platform threads, since native calls block; never waits for code
/// @param blocking starts programs in sandboxes, on the same threads
/// @param removals removes sandboxes, on the same threads and before all else
public record EnvironmentHost(
        Runtimes runtimes,
        CodeCache code,
        SandboxFactory sandboxes,
        RuntimePool pool,
        LogWriter logs,
        Executor preparations,
        Executor blocking,
        Executor removals,
        InstantSource clock,
        Defects defects,
        EnvironmentSettings settings) {
    /// The functions that can take a booted runtime.
    public BootableFunctions bootable() {
        return new BootableFunctions(variables());
    }

    FunctionVariables variables() {
        return new FunctionVariables(settings.reach());
    }
}
