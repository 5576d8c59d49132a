package hearth.control.aliases;

import hearth.cluster.FunctionView;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.model.FunctionId;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.AliasRoutingConfiguration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The rules for where an alias may point.
final class AliasRouting {
    private AliasRouting() {}

    /// What is kept of a request's routing: one without weights clears it.
    static @Nullable AliasRoutingConfiguration shown(@Nullable AliasRoutingConfiguration requested) {
        return requested == null
                        || requested.additionalVersionWeights() == null
                        || requested.additionalVersionWeights().isEmpty()
                ? null
                : requested;
    }

    static void check(FunctionView function, AliasConfiguration alias) {
        var first = Qualifiers.primary(alias);
        var weights = Qualifiers.weights(alias);
        if (weights.size() > 1) {
            throw Refusals.invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
        }
        if (weights.containsKey(first)) {
            throw Refusals.invalid(
                    "Invalid function version %s. Function version %s is already included in routing configuration."
                            .formatted(first, first));
        }
        if (!weights.isEmpty() && first.equals(FunctionId.LATEST)) {
            throw Refusals.invalid("$LATEST is not supported for an alias pointing to more than 1 version")
                    .untyped();
        }
        var version = require(function, first);
        for (var additional : weights.keySet()) {
            requireAlike(version, require(function, additional));
        }
    }

    private static VersionRecord require(FunctionView function, String version) {
        return function.version(version)
                .orElseThrow(() -> Refusals.functionNotFound(function.id().arn(version)));
    }

    private static void requireAlike(VersionRecord one, VersionRecord other) {
        var first = one.configuration();
        var second = other.configuration();
        if (!Objects.equals(first.role(), second.role())
                || !Objects.equals(first.deadLetterConfig(), second.deadLetterConfig())) {
            throw Refusals.invalid("Versions %s and %s cannot be in one alias: they differ in Role or DeadLetterConfig."
                    .formatted(first.version(), second.version()));
        }
    }
}
