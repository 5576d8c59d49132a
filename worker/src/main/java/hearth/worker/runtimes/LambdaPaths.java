package hearth.worker.runtimes;

import java.util.HashMap;
import java.util.Map;

/// Where things are inside a sandbox, as in AWS's, and the variables that tell a runtime so.
final class LambdaPaths {
    static final String TASK = "/var/task";
    static final String RUNTIME = "/var/runtime";

    private static final Map<String, String> ALL = Map.of(
            "PATH",
            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "LD_LIBRARY_PATH",
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib");

    private LambdaPaths() {}

    /// A runtime's environment: its own variables and those of all runtimes.
    static Map<String, String> environment(Map<String, String> own) {
        var environment = new HashMap<>(ALL);
        environment.putAll(own);
        return environment;
    }
}
