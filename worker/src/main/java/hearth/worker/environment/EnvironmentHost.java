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
/// @param blocking for work that may block in native code: platform threads
public record EnvironmentHost(
        Runtimes runtimes,
        CodeCache code,
        SandboxFactory sandboxes,
        RuntimePool pool,
        LogWriter logs,
        Executor blocking,
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
