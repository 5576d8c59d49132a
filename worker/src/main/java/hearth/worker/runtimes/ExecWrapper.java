package hearth.worker.runtimes;

import hearth.worker.runtimes.Entrypoint.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program that a function has put before its managed runtime: it gets the runtime's command as its arguments.
final class ExecWrapper {
    static final String VARIABLE = "AWS_LAMBDA_EXEC_WRAPPER";

    /// Looks inside the sandbox whether the wrapper is there, since links may lead there. The texts and statuses are
    /// AWS's.
    private static final String SCRIPT = """
            if [ ! -f "$1" ]; then echo "$1: does not exist"; exit 127; fi
            if [ ! -x "$1" ]; then echo "$1: is not an executable"; exit 126; fi
            exec "$@"
            """;

    private ExecWrapper() {}

    /// @param environment of the function's process
    /// @param command of the runtime
    static Command before(List<String> command, Map<String, String> environment) {
        var wrapper = environment.getOrDefault(VARIABLE, "");
        if (wrapper.isEmpty()) {
            return new Command(command, false);
        }
        var words = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "bootstrap", wrapper));
        words.addAll(command);
        return new Command(words, true);
    }
}
