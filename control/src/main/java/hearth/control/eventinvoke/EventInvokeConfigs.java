package hearth.control.eventinvoke;

import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.cluster.VersionRecord;
import hearth.control.operation.DestinationArns;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.DestinationConfig;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.OnFailure;
import hearth.model.api.OnSuccess;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The event invoke configs of a function: one for each version or alias, with that of `$LATEST` under its name.
public final class EventInvokeConfigs {
    private EventInvokeConfigs() {}

    /// @param qualifier a version's number, `$LATEST` or an alias, as an invocation names it
    public static Optional<FunctionEventInvokeConfig> find(FunctionView function, String qualifier) {
        return function.setting(Setting.EVENT_INVOKE_CONFIG, qualifier);
    }

    static FunctionEventInvokeConfig require(FunctionView function, Target target) {
        return find(function, target.version()).orElseThrow(() -> notFound(target));
    }

    static ApiException notFound(Target target) {
        return new ApiException(
                ApiError.RESOURCE_NOT_FOUND,
                "The function %s doesn't have an EventInvokeConfig".formatted(arn(target)));
    }

    static VersionRecord requireVersion(FunctionView function, Target target) {
        return Qualifiers.version(function, target.version()).orElseThrow(EventInvokeConfigs::functionMissing);
    }

    static void requireFunction(FunctionView function) {
        if (function.function().isEmpty()) {
            throw functionMissing();
        }
    }

    /// Refuses a request that sets nothing.
    static void requireSomething(
            @Nullable Integer retryAttempts, @Nullable Integer eventAge, @Nullable DestinationConfig destinations) {
        boolean destined =
                destinations != null && (destinations.onSuccess() != null || destinations.onFailure() != null);
        if (retryAttempts == null && eventAge == null && !destined) {
            throw Refusals.invalid("You must specify at least one of error handling or destination setting.");
        }
    }

    /// The ARN with its qualifier, whatever the request named.
    static String arn(Target target) {
        return target.function().arn(target.version());
    }

    /// The destinations with both members, which are empty where there is none.
    static DestinationConfig shown(@Nullable DestinationConfig requested) {
        var config = Objects.requireNonNullElseGet(
                requested, () -> DestinationConfig.builder().build());
        return DestinationConfig.builder()
                .onSuccess(OnSuccess.builder()
                        .destination(DestinationArns.onSuccess(config))
                        .build())
                .onFailure(OnFailure.builder()
                        .destination(DestinationArns.onFailure(config))
                        .build())
                .build();
    }

    private static ApiException functionMissing() {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "The function doesn't exist.");
    }
}
