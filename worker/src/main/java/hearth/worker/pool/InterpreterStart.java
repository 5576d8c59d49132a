package hearth.worker.pool;

import hearth.model.AccountId;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.SandboxSpec.Mount;
import hearth.worker.sandbox.WaitingProgram;
import hearth.worker.sandbox.WhenNoneWaits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How an interpreter is started before its function is known. Functions for which this is the same can take the same
/// booted runtime.
///
/// @param environment all that the interpreter itself may look at while it starts
public record InterpreterStart(
        String runtime, List<String> command, List<Mount> mounts, Map<String, String> environment) {
    /// Tells a runtime to wait on its channel for the function that it serves.
    private static final String VARIABLE = "_HEARTH_BOOT";

    public InterpreterStart {
        command = List.copyOf(command);
        mounts = List.copyOf(mounts);
        environment = Map.copyOf(environment);
    }

    /// What a function gets whose sandbox is a machine, where none waits.
    ///
    /// Of Python's, functions of one account have copies of one that is up: they have its hash secret and
    /// addresses in common, and nothing else, for it draws random numbers only when a function asks for some.
    /// Node.js has seeded OpenSSL's and V8's generators by then, and there is no way to seed them anew. Java
    /// rehearses invocations before it is up, for which nobody is to wait.
    WhenNoneWaits whenNoneWaits(AccountId account) {
        if (runtime.startsWith("python")) {
            return new WhenNoneWaits.Copied(account.value());
        }
        return runtime.startsWith("java") ? new WhenNoneWaits.Nothing() : new WhenNoneWaits.Started();
    }

    /// The interpreter as a sandbox starts it.
    WaitingProgram program() {
        var variables = new HashMap<>(environment);
        variables.put(VARIABLE, "1");
        return new WaitingProgram(new ProcessSpec(command, variables, "/var/task", true), mounts);
    }
}
