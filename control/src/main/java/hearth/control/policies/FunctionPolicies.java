package hearth.control.policies;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.api.FunctionConfiguration;
import hearth.model.policy.Policy;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The policies of a function, its versions and its aliases. Each shares the revision id of what it belongs to.
public final class FunctionPolicies {
    private FunctionPolicies() {}

    /// @param qualifier a version's number or an alias; `$LATEST` for the function without one
    public static Optional<Policy> find(FunctionView function, String qualifier) {
        return function.setting(Setting.POLICY, key(qualifier)).map(Policy::read);
    }

    /// Replaces a policy, and the revision id that it shares.
    static void put(FunctionEdit function, String qualifier, Policy policy, String revisionId) {
        if (policy.isEmpty()) {
            function.remove(Setting.POLICY, key(qualifier));
        } else {
            function.put(Setting.POLICY, key(qualifier), policy.text());
        }
        renewRevision(function, qualifier, revisionId);
    }

    /// The revision id of what a request names, which must be there.
    static String revisionId(FunctionView function, Target target) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(target.arn());
        }
        var qualifier = target.version();
        return function.version(qualifier)
                .map(version -> version.configuration().revisionId())
                .or(() -> function.alias(qualifier).map(alias -> Objects.requireNonNull(alias.revisionId())))
                .orElseThrow(() -> notFound(target));
    }

    /// @param operation that tells the latest revision id
    static void requireRevision(@Nullable String requested, String actual, String operation) {
        if (requested != null && !requested.equals(actual)) {
            throw Refusals.revisionMismatch(operation);
        }
    }

    /// The function as a whole is meant by its name alone.
    static void requireNotLatest(Target target) {
        if (FunctionId.LATEST.equals(target.qualifier())) {
            throw Refusals.invalid("We currently do not support adding policies for $LATEST.");
        }
    }

    /// The refusal for a function, version or alias without a policy.
    static ApiException none() {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "No policy is associated with the given resource.");
    }

    private static void renewRevision(FunctionEdit function, String qualifier, String revisionId) {
        if (qualifier.equals(FunctionId.LATEST)) {
            function.function().ifPresent(record -> {
                var latest = record.latest();
                function.put(record.withLatest(latest.with(renewed(latest.configuration(), revisionId))));
            });
        } else {
            function.version(qualifier)
                    .ifPresent(version -> function.put(version.with(renewed(version.configuration(), revisionId))));
            function.alias(qualifier)
                    .ifPresent(alias -> function.put(
                            alias.toBuilder().revisionId(revisionId).build()));
        }
    }

    private static FunctionConfiguration renewed(FunctionConfiguration configuration, String revisionId) {
        return configuration.toBuilder().revisionId(revisionId).build();
    }

    private static ApiException notFound(Target target) {
        boolean maybeAlias = target.version().matches("(?!^[0-9]+$)[a-zA-Z0-9-_]+");
        return maybeAlias ? Refusals.aliasNotFound(target.arn()) : Refusals.functionNotFound(target.arn());
    }

    private static String key(String qualifier) {
        return qualifier.equals(FunctionId.LATEST) ? Setting.WHOLE : qualifier;
    }
}
