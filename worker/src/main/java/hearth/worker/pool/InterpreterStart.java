package hearth.worker.pool;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.util.List;
import java.util.Map;

/// How an interpreter is started before its function is known. Functions for which this is the same can take the same
/// booted runtime.
///
/// @param environment all that the interpreter itself may look at while it starts
public record InterpreterStart(
        String runtime, List<String> command, List<Mount> mounts, Map<String, String> environment) {
    /// Tells a runtime to wait on its channel for the function that it serves.
    static final String VARIABLE = "_HEARTH_BOOT";

    public InterpreterStart {
        command = List.copyOf(command);
        mounts = List.copyOf(mounts);
        environment = Map.copyOf(environment);
    }
}
