package hearth.control.concurrency;

import hearth.cluster.FunctionView;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Caller;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The published version or the alias that provisioned concurrency is for.
record ProvisionedTarget(FunctionId function, String qualifier) {
    static ProvisionedTarget of(
            Caller caller, @Nullable String functionName, @Nullable String qualifier, String action) {
        var target = Target.of(caller, functionName, qualifier, action);
        return new ProvisionedTarget(target.function(), target.version());
    }

    boolean isLatest() {
        return qualifier.equals(FunctionId.LATEST);
    }

    boolean isVersion() {
        return VersionRecord.number(qualifier).isPresent();
    }

    /// The versions that environments are kept for.
    Set<String> versions(FunctionView view) {
        if (isVersion()) {
            if (view.version(qualifier).isEmpty()) {
                throw Refusals.functionNotFound(function.arn(qualifier));
            }
            return Set.of(qualifier);
        }
        return Qualifiers.versions(
                view.alias(qualifier).orElseThrow(() -> Refusals.aliasNotFound(function.arn(qualifier))));
    }

    /// Weights may be given to an alias that is provisioned already, but not the other way round.
    void requireNoWeights(FunctionView view) {
        if (view.alias(qualifier)
                .filter(alias -> !Qualifiers.weights(alias).isEmpty())
                .isPresent()) {
            throw Refusals.invalid("Alias with weights can not be used with Provisioned Concurrency");
        }
    }

    void requirePublished() {
        if (isLatest()) {
            throw notPublished();
        }
    }

    private static ApiException notPublished() {
        return Refusals.invalid("The function resource provided must be an alias or a published version.");
    }
}
