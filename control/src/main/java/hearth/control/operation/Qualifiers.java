package hearth.control.operation;

import hearth.cluster.FunctionView;
import hearth.cluster.VersionRecord;
import hearth.model.api.AliasConfiguration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The meaning of qualifiers: `$LATEST` and numbers a version, all others an alias.
public final class Qualifiers {
    private Qualifiers() {}

    /// The version that is meant; of an alias with more than one, that with most of the invocations.
    public static Optional<VersionRecord> version(FunctionView function, String qualifier) {
        var named = function.version(qualifier);
        return named.isPresent() ? named : function.alias(qualifier).flatMap(alias -> function.version(primary(alias)));
    }

    /// The version that an alias points to, where its routing sends nothing elsewhere.
    public static String primary(AliasConfiguration alias) {
        return Objects.requireNonNull(alias.functionVersion());
    }

    /// All that an alias points to.
    public static Set<String> versions(AliasConfiguration alias) {
        var versions = new TreeSet<>(weights(alias).keySet());
        versions.add(primary(alias));
        return versions;
    }

    /// The shares of invocations that an alias sends to other versions than its first.
    public static Map<String, Double> weights(AliasConfiguration alias) {
        var routing = alias.routingConfig();
        return routing == null || routing.additionalVersionWeights() == null
                ? Map.of()
                : routing.additionalVersionWeights();
    }
}
