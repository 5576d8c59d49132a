package hearth.control.functions;

import hearth.control.operation.CompactJson;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Refusals;
import hearth.control.tags.Tags;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.LogFormat;
import hearth.model.RuntimeId;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.Environment;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.LoggingConfig;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rules for a function's settings beyond the model's constraints, in AWS's order and words.
final class ConfigurationRules {
    /// The variables that tell a function of its environment, and those that runtimes find their way by.
    private static final Set<String> RESERVED = Set.of(
            "_HANDLER",
            "_X_AMZN_TRACE_ID",
            "AWS_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_DEFAULT_REGION",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_LAMBDA_MAX_CONCURRENCY",
            "AWS_LAMBDA_METADATA_API",
            "AWS_LAMBDA_METADATA_TOKEN",
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SECURITY_TOKEN",
            "AWS_SESSION_TOKEN",
            "LAMBDA_RUNTIME_DIR",
            "LAMBDA_TASK_ROOT");

    /// The most that `/tmp` of a function may hold, if it runs on no managed instances.
    private static final Bytes EPHEMERAL_STORAGE = Bytes.mebibytes(10_240);

    private final ControlLimits limits;

    ConfigurationRules(ControlLimits limits) {
        this.limits = limits;
    }

    /// Refuses what AWS refuses with the model's other constraints, before it looks anything up.
    ///
    /// The model allows what only managed instances may have, and nothing is configuration there, so that AWS's own
    /// limits are checked here.
    ///
    /// @param memorySize null when the request has none, as are the next two
    void checkSizes(
            @Nullable Integer memorySize, @Nullable Integer timeout, @Nullable EphemeralStorage ephemeralStorage) {
        var size = ephemeralStorage == null ? null : ephemeralStorage.size();
        var breaches = Stream.of(
                        breach("ephemeralStorage.size", size, EPHEMERAL_STORAGE.toMebibytes()),
                        breach("timeout", timeout, limits.timeout().toSeconds()),
                        breach("memorySize", memorySize, limits.memory().toMebibytes()))
                .flatMap(Optional::stream)
                .toList();
        if (!breaches.isEmpty()) {
            throw new ApiException(
                    ApiError.VALIDATION,
                    breaches.size()
                            + (breaches.size() == 1 ? " validation error detected: " : " validation errors detected: ")
                            + String.join("; ", breaches));
        }
    }

    private static Optional<String> breach(String member, @Nullable Integer value, long most) {
        return value == null || value <= most
                ? Optional.empty()
                : Optional.of(
                        "Value '%d' at '%s' failed to satisfy constraint: Member must have value less than or equal to %d"
                                .formatted(value, member, most));
    }

    void checkCreation(CreateFunctionRequest request) {
        check(request.environment(), request.runtime(), request.handler());
        checkLayers(request.layers());
        checkLogging(request.loggingConfig(), LogFormat.TEXT.wireName());
        Tags.requireFew(Objects.requireNonNullElse(request.tags(), Map.of()));
    }

    void checkUpdate(FunctionConfiguration before, UpdateFunctionConfigurationRequest request) {
        check(request.environment(), request.runtime(), request.handler());
        checkLayers(request.layers());
        var logging = before.loggingConfig();
        checkLogging(request.loggingConfig(), logging == null ? null : logging.logFormat());
    }

    /// Checks an update's settings; null stands for one that is not to be changed.
    private void check(@Nullable Environment environment, @Nullable String runtime, @Nullable String handler) {
        if (environment != null && environment.variables() != null) {
            checkVariables(environment.variables());
        }
        if (runtime != null) {
            var _ = new RuntimeId(runtime);
        }
        if (handler != null) {
            checkNoNul("handler", handler);
        }
    }

    private void checkLayers(@Nullable List<String> layers) {
        if (layers != null && layers.size() > limits.layers()) {
            throw Refusals.invalid("Cannot reference more than " + limits.layers() + " layers.");
        }
    }

    private void checkVariables(Map<String, String> variables) {
        var reserved = variables.keySet().stream().filter(RESERVED::contains).toList();
        if (!reserved.isEmpty()) {
            throw Refusals.invalid("Lambda was unable to configure your environment variables because the environment"
                    + " variables you have provided contains reserved keys that are currently not supported for"
                    + " modification. Reserved keys used in this request: " + String.join(", ", reserved));
        }
        variables.forEach(ConfigurationRules::checkNoNul);
        var measured = CompactJson.of(variables);
        if (measured.getBytes(StandardCharsets.UTF_8).length
                > limits.environment().count()) {
            throw Refusals.invalid("Lambda was unable to configure your environment variables because the environment"
                    + " variables you have provided exceeded the "
                    + (limits.environment().count() >> 10) + "KB limit. String measured: "
                    + measured);
        }
    }

    /// Refuses a NUL, which no process can be given: it would end the value there.
    private static void checkNoNul(String name, String value) {
        if (value.indexOf('\0') >= 0) {
            throw Refusals.invalid("The value of " + name + " contains a NUL character.");
        }
    }

    private static void checkLogging(@Nullable LoggingConfig logging, @Nullable String formatBefore) {
        if (logging == null) {
            return;
        }
        boolean levelled = logging.applicationLogLevel() != null || logging.systemLogLevel() != null;
        var format = logging.logFormat() == null ? formatBefore : logging.logFormat();
        if (levelled && !LogFormat.JSON.wireName().equals(format)) {
            throw Refusals.invalid("LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from"
                    + " your request or change the LogFormat to \"JSON\" and try again.");
        }
    }
}
