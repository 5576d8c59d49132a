package hearth.worker.environment;

import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.worker.EnvironmentSpec;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.logs.LogStreamName;
import hearth.worker.runtimes.InstalledRuntime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes the environment variables of a function's process, from nothing.
///
/// Three layers: what a customer may override, the customer's own, and what is reserved.
///
/// @param reach where functions find this server and others
public record FunctionVariables(FunctionReach reach) {
    /// Of the framed log records, as the sandbox hands the descriptor to the process.
    private static final String LOG_DESCRIPTOR = "62";

    private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";
    private static final String OWN_LIBRARIES = "/var/lang/lib";
    private static final Map<String, String> DEFAULTS = Map.of(
            "LANG",
            "en_US.UTF-8",
            "TZ",
            ":UTC",
            "PATH",
            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            LIBRARY_PATH,
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            "AWS_XRAY_CONTEXT_MISSING",
            "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS",
            "169.254.100.1:2000",
            "_AWS_XRAY_DAEMON_ADDRESS",
            "169.254.100.1",
            "_AWS_XRAY_DAEMON_PORT",
            "2000");

    /// @param runtimeApi host and port, as the process reaches it
    /// @param ownNetwork whether the sandbox has one
    Map<String, String> of(
            EnvironmentSpec spec,
            InstalledRuntime runtime,
            LogStreamName log,
            String runtimeApi,
            boolean ownNetwork,
            FunctionCredentials credentials) {
        var function = spec.function();
        var variables = new HashMap<>(DEFAULTS);
        variables.putAll(reach.endpoints().variables(ownNetwork, function.environment(), reach.entrance()));
        variables.putAll(runtime.environment());
        logging(variables, function);
        // Names that begin with an underscore are the platform's, and the API refuses them already.
        function.environment().forEach((name, value) -> {
            if (!name.startsWith("_")) {
                variables.put(name, value);
            }
        });
        variables.computeIfPresent(LIBRARY_PATH, (_, path) -> withOwnLibraries(path));
        variables.putAll(credentials.variables());
        variables.put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
        variables.put("AWS_LAMBDA_FUNCTION_NAME", function.function().name());
        variables.put("AWS_LAMBDA_FUNCTION_VERSION", function.version());
        variables.put(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                Long.toString(function.memory().toMebibytes()));
        if (!spec.isSnapStart()) {
            variables.put("AWS_LAMBDA_LOG_GROUP_NAME", log.group());
            variables.put("AWS_LAMBDA_LOG_STREAM_NAME", log.stream());
        }
        variables.put(
                "AWS_LAMBDA_INITIALIZATION_TYPE", spec.initializationType().wireName());
        variables.put("AWS_REGION", function.function().region().value());
        variables.put("AWS_DEFAULT_REGION", function.function().region().value());
        variables.put("_HANDLER", function.handler());
        variables.put("LAMBDA_TASK_ROOT", "/var/task");
        variables.put("LAMBDA_RUNTIME_DIR", "/var/runtime");
        variables.put("_LAMBDA_TELEMETRY_LOG_FD", LOG_DESCRIPTOR);
        if (!function.runtime().startsWith("provided")) {
            variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + function.runtime());
        }
        return variables;
    }

    /// What an interpreter finds that starts before its function is known.
    Map<String, String> beforeFunction(InstalledRuntime runtime) {
        var variables = new HashMap<>(DEFAULTS);
        variables.putAll(runtime.environment());
        variables.computeIfPresent(LIBRARY_PATH, (_, path) -> withOwnLibraries(path));
        return variables;
    }

    /// An interpreter's own libraries lie where only this path leads; those that a customer puts first stay first.
    private static String withOwnLibraries(String path) {
        if (path.isEmpty()) {
            return OWN_LIBRARIES;
        }
        return List.of(path.split(":")).contains(OWN_LIBRARIES) ? path : path + ":" + OWN_LIBRARIES;
    }

    private static void logging(Map<String, String> variables, FunctionVersion function) {
        variables.put("AWS_LAMBDA_LOG_FORMAT", function.logFormat().wireName());
        if (function.logFormat() == LogFormat.JSON) {
            variables.put("AWS_LAMBDA_LOG_LEVEL", function.applicationLogLevel());
        }
    }
}
