package hearth.worker.runtimes;

import java.util.HashMap;
import java.util.Map;

/// Where things are inside a sandbox, as in AWS's, and the variables that tell a runtime so.
final class LambdaPaths {
    static final String TASK = "/var/task";
    static final String RUNTIME = "/var/runtime";

    /// `SandboxProcess.framedOutput`, as its process sees it.
    private static final int FRAMED_OUTPUT = 62;

    private static final Map<String, String> ALL = Map.of(
            "PATH",
            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "LD_LIBRARY_PATH",
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib");

    private LambdaPaths() {}

    /// Of a program that the function brings.
    static Map<String, String> environment() {
        return ALL;
    }

    /// Of a runtime of ours, which frames its log records.
    static Map<String, String> environment(Map<String, String> own) {
        var environment = new HashMap<>(ALL);
        environment.put("_LAMBDA_TELEMETRY_LOG_FD", Integer.toString(FRAMED_OUTPUT));
        environment.putAll(own);
        return environment;
    }
}
