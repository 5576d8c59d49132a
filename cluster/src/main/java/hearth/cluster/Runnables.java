package hearth.cluster;

import hearth.model.Bytes;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Routing;
import hearth.model.UnsupportedKind;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.DeadLetterConfig;
import hearth.model.api.DestinationConfig;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.OnFailure;
import hearth.model.api.OnSuccess;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The view that the data plane has of a kept version. Members that the control plane always sets are required here.
final class Runnables {
    private Runnables() {}

    static Optional<Routing> of(FunctionView function, String qualifier) {
        return versions(function, qualifier)
                .map(routing -> routing.with(
                        events(function.setting(Setting.EVENT_INVOKE_CONFIG, qualifier), deadLetterQueue(function))))
                .map(routing -> routing.with(routing.recursion().allowingLoops(allowsLoops(function))))
                .map(routing -> routing.with(policies(function, qualifier)));
    }

    private static boolean allowsLoops(FunctionView function) {
        return function.setting(Setting.RECURSIVE_LOOP, Setting.WHOLE)
                .filter("Allow"::equals)
                .isPresent();
    }

    /// Published versions have that of `$LATEST`, as it is now.
    private static Optional<String> deadLetterQueue(FunctionView function) {
        return function.function()
                .map(latest -> latest.serving().configuration().deadLetterConfig())
                .map(DeadLetterConfig::targetArn)
                .filter(arn -> !arn.isEmpty());
    }

    /// The policies that may speak of a qualifier: its own, and that of the function.
    private static List<String> policies(FunctionView function, String qualifier) {
        var whole = function.setting(Setting.POLICY, Setting.WHOLE);
        var own = qualifier.equals(FunctionId.LATEST)
                ? Optional.<String>empty()
                : function.setting(Setting.POLICY, qualifier);
        return Stream.concat(whole.stream(), own.stream()).toList();
    }

    private static Optional<Routing> versions(FunctionView function, String qualifier) {
        var version = version(function, qualifier);
        return version.isPresent()
                ? version.map(Routing::to)
                : function.alias(qualifier).flatMap(alias -> routing(function, alias));
    }

    private static EventInvokeConfig events(
            Optional<FunctionEventInvokeConfig> kept, Optional<String> deadLetterQueue) {
        var unset = EventInvokeConfig.DEFAULT;
        var destinations = kept.map(FunctionEventInvokeConfig::destinationConfig);
        return new EventInvokeConfig(
                kept.map(FunctionEventInvokeConfig::maximumEventAgeInSeconds)
                        .map(Duration::ofSeconds)
                        .orElse(unset.maximumAge()),
                kept.map(FunctionEventInvokeConfig::maximumRetryAttempts).orElse(unset.retries()),
                destinations
                        .map(DestinationConfig::onSuccess)
                        .map(OnSuccess::destination)
                        .filter(arn -> !arn.isEmpty()),
                destinations
                        .map(DestinationConfig::onFailure)
                        .map(OnFailure::destination)
                        .filter(arn -> !arn.isEmpty()),
                deadLetterQueue);
    }

    static Map<FunctionVersion, Integer> provisioned(FunctionView function) {
        var wanted = new LinkedHashMap<FunctionVersion, Integer>();
        for (var setting : function.settings(Setting.PROVISIONED_CONCURRENCY, "", Integer.MAX_VALUE - 1)
                .items()) {
            int environments = Objects.requireNonNull(setting.value().requestedProvisionedConcurrentExecutions());
            versions(function, setting.qualifier()).ifPresent(routing -> {
                int elsewhere = routing.additional()
                        .map(share -> (int) Math.ceil(share.weight() * environments))
                        .orElse(0);
                routing.additional().ifPresent(share -> wanted.merge(share.version(), elsewhere, Integer::sum));
                wanted.merge(routing.version(), environments - elsewhere, Integer::sum);
            });
        }
        wanted.values().removeIf(environments -> environments == 0);
        return wanted;
    }

    /// Versions under SnapStart that are on their way until an environment of theirs is initialised.
    static List<FunctionVersion> initializing(FunctionView function) {
        return function.pendingVersions().stream()
                .filter(VersionRecord::isSnapStart)
                .map(version -> of(function.id(), version))
                .toList();
    }

    private static Optional<Routing> routing(FunctionView function, AliasConfiguration alias) {
        var routing = alias.routingConfig();
        var weights = routing == null ? null : routing.additionalVersionWeights();
        var share = weights == null
                ? Optional.<Routing.Share>empty()
                : weights.entrySet().stream().findFirst().flatMap(weight -> version(function, weight.getKey())
                        .map(version -> new Routing.Share(version, weight.getValue())));
        return version(function, Objects.requireNonNull(alias.functionVersion()))
                .map(version -> new Routing(version, share));
    }

    private static Optional<FunctionVersion> version(FunctionView function, String qualifier) {
        var version = qualifier.equals(FunctionId.LATEST)
                ? function.function().map(FunctionRecord::serving)
                : function.version(qualifier);
        return version.map(record -> of(function.id(), record));
    }

    private static FunctionVersion of(FunctionId function, VersionRecord version) {
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
                version.layers(),
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
                obstacle(shown),
                version.isSnapStart());
    }

    private static Optional<UnsupportedKind> obstacle(FunctionConfiguration shown) {
        if ("Image".equals(shown.packageType())) {
            return Optional.of(UnsupportedKind.CONTAINER_IMAGE);
        }
        return shown.tenancyConfig() == null ? Optional.empty() : Optional.of(UnsupportedKind.TENANT_ISOLATION);
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
