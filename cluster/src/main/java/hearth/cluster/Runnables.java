package hearth.cluster;

import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.api.FunctionConfiguration;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What the data plane needs of a kept version. Members that the control plane always sets are required here.
final class Runnables {
    private Runnables() {}

    static FunctionVersion of(FunctionId function, VersionRecord version) {
        var shown = version.configuration();
        var logging = Objects.requireNonNull(shown.loggingConfig());
        return new FunctionVersion(
                function,
                Objects.requireNonNull(shown.version()),
                version.generation(),
                state(Objects.requireNonNull(shown.state())),
                Objects.requireNonNullElse(shown.runtime(), ""),
                Objects.requireNonNullElse(shown.handler(), ""),
                version.code(),
                Bytes.mebibytes(Objects.requireNonNull(shown.memorySize())),
                Duration.ofSeconds(Objects.requireNonNull(shown.timeout())),
                Bytes.mebibytes(Objects.requireNonNull(
                        Objects.requireNonNull(shown.ephemeralStorage()).size())),
                variables(shown),
                Objects.requireNonNull(shown.role()),
                architecture(shown),
                "JSON".equals(logging.logFormat()) ? LogFormat.JSON : LogFormat.TEXT,
                Objects.requireNonNullElse(logging.logGroup(), "/aws/lambda/" + function.name()),
                Objects.requireNonNullElse(logging.applicationLogLevel(), "INFO"),
                Objects.requireNonNullElse(logging.systemLogLevel(), "INFO"),
                obstacle(shown));
    }

    private static Optional<String> obstacle(FunctionConfiguration shown) {
        if ("Image".equals(shown.packageType())) {
            return Optional.of("functions from container images (PackageType Image)");
        }
        return shown.tenancyConfig() == null
                ? Optional.empty()
                : Optional.of("functions with tenant isolation (TenancyConfig)");
    }

    private static FunctionState state(String wireName) {
        return Arrays.stream(FunctionState.values())
                .filter(state -> state.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("A function is kept in an unknown state: " + wireName));
    }

    private static Map<String, String> variables(FunctionConfiguration shown) {
        var environment = shown.environment();
        var variables = environment == null ? null : environment.variables();
        return variables == null ? Map.of() : variables;
    }

    private static String architecture(FunctionConfiguration shown) {
        List<String> architectures = shown.architectures();
        return architectures == null || architectures.isEmpty() ? "x86_64" : architectures.getFirst();
    }
}
