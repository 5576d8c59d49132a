package hearth.control.urls;

import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.api.Cors;
import hearth.model.api.FunctionUrlConfig;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The URLs of a function: one for itself, under `$LATEST`, and one for each alias.
public final class FunctionUrls {
    /// All of them together are the index by which a request for a URL finds its function.
    public static final Setting<FunctionUrlConfig> URL = Setting.structure("function-url", FunctionUrlConfig::read);

    private static final String QUALIFIER = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";

    private FunctionUrls() {}

    /// A URL's id, which its address begins with.
    public static String id(FunctionUrlConfig url) {
        var kept = Objects.requireNonNullElse(url.functionUrl(), "");
        int start = kept.indexOf("//") + 2;
        int end = kept.indexOf('.', start);
        return end < 0 ? "" : kept.substring(start, end);
    }

    /// A URL as its caller is told of it: where it answers now, which may be another address than when it was made.
    static FunctionUrlConfig told(FunctionUrlConfig url, Caller caller, UrlAddress addresses) {
        return url.toBuilder()
                .functionUrl(addresses.of(caller, id(url), caller.region()))
                .build();
    }

    /// The function or alias that a request names. The name may bring a qualifier that the parameter may not.
    static Target target(Caller caller, @Nullable String functionName, @Nullable String parameter, String action) {
        var target = Target.of(caller, functionName, parameter, action);
        var qualifier = target.qualifier();
        if (qualifier != null && !qualifier.matches(QUALIFIER)) {
            throw new ApiException(
                    ApiError.VALIDATION,
                    "1 validation error detected: Value '%s' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: %s"
                            .formatted(qualifier, QUALIFIER));
        }
        return target;
    }

    static void requireFunction(FunctionView function) {
        if (function.function().isEmpty()) {
            throw functionMissing();
        }
    }

    static void requireAlias(FunctionView function, Target target) {
        if (!target.version().equals(FunctionId.LATEST)
                && function.alias(target.version()).isEmpty()) {
            throw functionMissing();
        }
    }

    /// The present time as AWS writes it.
    static String now(InstantSource clock) {
        return clock.instant().truncatedTo(ChronoUnit.MICROS).toString();
    }

    /// The CORS settings of a request that are kept: empty ones say that there are none.
    static @Nullable Cors kept(@Nullable Cors requested) {
        return Cors.builder().build().equals(requested) ? null : requested;
    }

    /// The invoke mode, which responses to writes leave out unless it was asked for.
    static String invokeMode(FunctionUrlConfig url) {
        return Objects.requireNonNullElse(url.invokeMode(), "BUFFERED");
    }

    private static ApiException functionMissing() {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "Function does not exist");
    }
}
