package hearth.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that the data plane needs to run one version of a function. Immutable: a change of code or
/// configuration makes another, with a higher `generation`.
///
/// @param version `$LATEST` or a number
/// @param generation grows with each change of what environments are made from; two equal ones may share environments
/// @param state what the control plane last said of it
/// @param handler empty for `provided.*` functions that have none
/// @param runtime empty for a function from a container image
/// @param layers what lies under `/opt`, each above those before it
/// @param logGroup `/aws/lambda/NAME` unless configured
/// @param applicationLogLevel used with `LogFormat.JSON` only
/// @param obstacle why it cannot be run, if so
/// @param snapStart whether its environments are initialised ahead, as `SnapStart` has it for published versions
public record FunctionVersion(
        FunctionId function,
        String version,
        long generation,
        FunctionState state,
        String runtime,
        String handler,
        CodeDigest code,
        List<CodeDigest> layers,
        Bytes memory,
        Duration timeout,
        Bytes ephemeralStorage,
        Map<String, String> environment,
        String role,
        String architecture,
        LogFormat logFormat,
        String logGroup,
        String applicationLogLevel,
        String systemLogLevel,
        Optional<UnsupportedKind> obstacle,
        boolean snapStart) {
    private static final int MEBIBYTES_OF_A_CORE = 1769;

    public FunctionVersion {
        layers = List.copyOf(layers);
        environment = Map.copyOf(environment);
    }

    /// One without SnapStart.
    public FunctionVersion(
            FunctionId function,
            String version,
            long generation,
            FunctionState state,
            String runtime,
            String handler,
            CodeDigest code,
            List<CodeDigest> layers,
            Bytes memory,
            Duration timeout,
            Bytes ephemeralStorage,
            Map<String, String> environment,
            String role,
            String architecture,
            LogFormat logFormat,
            String logGroup,
            String applicationLogLevel,
            String systemLogLevel,
            Optional<UnsupportedKind> obstacle) {
        this(
                function,
                version,
                generation,
                state,
                runtime,
                handler,
                code,
                layers,
                memory,
                timeout,
                ephemeralStorage,
                environment,
                role,
                architecture,
                logFormat,
                logGroup,
                applicationLogLevel,
                systemLogLevel,
                obstacle,
                false);
    }

    /// What one environment takes of its worker's processors, in thousandths of a core: AWS gives one core for each
    /// 1,769 MiB.
    public int milliCpus() {
        return (int) (memory.toMebibytes() * 1000 / MEBIBYTES_OF_A_CORE);
    }

    /// @param tenant null of a function that does not keep its tenants apart
    public EnvironmentKey environmentKey(@Nullable String tenant) {
        return new EnvironmentKey(function, version, generation, tenant);
    }
}
