package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.model.FunctionId;
import hearth.model.LogFormat;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.Environment;
import hearth.model.api.EnvironmentResponse;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.LoggingConfig;
import hearth.model.api.RuntimeVersionConfig;
import hearth.model.api.TracingConfig;
import hearth.model.api.TracingConfigResponse;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A function's configuration as requests make and change it, with AWS's defaults. All
/// pure; what cannot be taken has been refused before.
final class Configurations {
    private static final String DEFAULT_LOG_LEVEL = "INFO";

    private Configurations() {}

    /// The configuration of a new function, without code, state, revision id and times.
    static FunctionConfiguration created(FunctionId function, CreateFunctionRequest request) {
        return FunctionConfiguration.builder()
                .functionName(function.name())
                .functionArn(function.arn())
                .version(FunctionId.LATEST)
                .runtime(request.runtime())
                .runtimeVersionConfig(runtimeVersion(function, request.runtime()))
                .role(request.role())
                .handler(request.handler())
                .description(Objects.requireNonNullElse(request.description(), ""))
                .timeout(Objects.requireNonNullElse(request.timeout(), 3))
                .memorySize(Objects.requireNonNullElse(request.memorySize(), 128))
                .environment(shown(request.environment()))
                .tracingConfig(shown(request.tracingConfig()))
                .vpcConfig(SettingsShown.vpc(function, null, request.vpcConfig()))
                .fileSystemConfigs(OmittedValues.list(request.fileSystemConfigs()))
                .kmsKeyArn(OmittedValues.text(request.kmsKeyArn()))
                .deadLetterConfig(SettingsShown.deadLetters(request.deadLetterConfig()))
                .tenancyConfig(request.tenancyConfig())
                .packageType(Objects.requireNonNullElse(request.packageType(), "Zip"))
                .imageConfigResponse(SettingsShown.image(request.imageConfig()))
                .architectures(Objects.requireNonNullElse(request.architectures(), List.of("x86_64")))
                .ephemeralStorage(Objects.requireNonNullElseGet(
                        request.ephemeralStorage(),
                        () -> EphemeralStorage.builder().size(512).build()))
                .snapStart(SettingsShown.snapStart(request.snapStart()))
                .loggingConfig(logging(function, null, request.loggingConfig()))
                .build();
    }

    /// The configuration with all that the request brings; what it does not bring stays.
    static FunctionConfiguration updated(
            FunctionId function, FunctionConfiguration before, UpdateFunctionConfigurationRequest request) {
        var next = before.toBuilder();
        if (request.role() != null) {
            next.role(request.role());
        }
        if (request.handler() != null) {
            next.handler(request.handler());
        }
        if (request.description() != null) {
            next.description(request.description());
        }
        if (request.timeout() != null) {
            next.timeout(request.timeout());
        }
        if (request.memorySize() != null) {
            next.memorySize(request.memorySize());
        }
        if (request.environment() != null) {
            next.environment(shown(request.environment()));
        }
        if (request.runtime() != null) {
            next.runtime(request.runtime()).runtimeVersionConfig(runtimeVersion(function, request.runtime()));
        }
        if (request.tracingConfig() != null) {
            next.tracingConfig(shown(request.tracingConfig()));
        }
        if (request.vpcConfig() != null) {
            next.vpcConfig(SettingsShown.vpc(function, before.vpcConfig(), request.vpcConfig()));
        }
        if (request.fileSystemConfigs() != null) {
            next.fileSystemConfigs(OmittedValues.list(request.fileSystemConfigs()));
        }
        if (request.kmsKeyArn() != null) {
            next.kmsKeyArn(OmittedValues.text(request.kmsKeyArn()));
        }
        if (request.deadLetterConfig() != null) {
            next.deadLetterConfig(SettingsShown.deadLetters(request.deadLetterConfig()));
        }
        if (request.imageConfig() != null) {
            next.imageConfigResponse(SettingsShown.image(request.imageConfig()));
        }
        if (request.snapStart() != null) {
            next.snapStart(SettingsShown.snapStart(request.snapStart()));
        }
        if (request.ephemeralStorage() != null) {
            next.ephemeralStorage(request.ephemeralStorage());
        }
        if (request.loggingConfig() != null) {
            next.loggingConfig(logging(function, before.loggingConfig(), request.loggingConfig()));
        }
        return next.build();
    }

    /// Whether both run alike: what changes with every request left out.
    static boolean sameContent(FunctionConfiguration one, FunctionConfiguration other) {
        return content(one).equals(content(other));
    }

    private static FunctionConfiguration content(FunctionConfiguration configuration) {
        return configuration.toBuilder()
                .revisionId(null)
                .lastModified(null)
                .state(null)
                .stateReason(null)
                .stateReasonCode(null)
                .lastUpdateStatus(null)
                .lastUpdateStatusReason(null)
                .lastUpdateStatusReasonCode(null)
                .build();
    }

    private static @Nullable EnvironmentResponse shown(@Nullable Environment environment) {
        if (environment == null) {
            return null;
        }
        return EnvironmentResponse.builder()
                .variables(Objects.requireNonNullElse(environment.variables(), Map.of()))
                .build();
    }

    private static TracingConfigResponse shown(@Nullable TracingConfig tracing) {
        var mode = tracing == null || tracing.mode() == null ? "PassThrough" : tracing.mode();
        return TracingConfigResponse.builder().mode(mode).build();
    }

    private static LoggingConfig logging(
            FunctionId function, @Nullable LoggingConfig before, @Nullable LoggingConfig request) {
        var old = Objects.requireNonNullElseGet(before, () -> LoggingConfig.builder()
                .logFormat(LogFormat.TEXT.wireName())
                .logGroup("/aws/lambda/" + function.name())
                .build());
        if (request == null) {
            return old;
        }
        var format = Objects.requireNonNullElse(request.logFormat(), old.logFormat());
        var next = LoggingConfig.builder()
                .logFormat(format)
                .logGroup(Objects.requireNonNullElse(request.logGroup(), old.logGroup()));
        if (LogFormat.JSON.wireName().equals(format)) {
            next.applicationLogLevel(first(request.applicationLogLevel(), old.applicationLogLevel()))
                    .systemLogLevel(first(request.systemLogLevel(), old.systemLogLevel()));
        }
        return next.build();
    }

    private static String first(@Nullable String requested, @Nullable String old) {
        return requested != null ? requested : old != null ? old : DEFAULT_LOG_LEVEL;
    }

    /// AWS names each build of a runtime by a hash. Hearth runs what its host has, so the runtime's own id names it.
    private static @Nullable RuntimeVersionConfig runtimeVersion(FunctionId function, @Nullable String runtime) {
        if (runtime == null) {
            return null;
        }
        var build = BlobStore.digestOf(runtime.getBytes(StandardCharsets.UTF_8));
        return RuntimeVersionConfig.builder()
                .runtimeVersionArn("arn:%s:lambda:%s::runtime:%s"
                        .formatted(function.region().partition(), function.region(), build.hex()))
                .build();
    }
}
