package hearth.control.layers;

import hearth.cluster.LayerVersionRecord;
import hearth.model.LayerVersionId;
import hearth.model.policy.Policy;
import hearth.model.policy.PolicyCondition;
import hearth.model.policy.Principal;
import hearth.model.policy.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The policy of a layer version: who besides its owner may use it.
final class LayerPolicy {
    private LayerPolicy() {}

    static Policy of(LayerVersionRecord version) {
        return version.policy().map(Policy::read).orElse(Policy.EMPTY);
    }

    /// The policy as it is kept: one without statements is none.
    static Optional<String> kept(Policy policy) {
        return policy.isEmpty() ? Optional.empty() : Optional.of(policy.text());
    }

    /// Lets others use a version.
    ///
    /// @param organizationId whose accounts alone are meant; null for any
    static Statement statement(LayerVersionId version, String id, String principal, @Nullable String organizationId) {
        return Statement.allowing(
                id,
                Principal.of(principal, version.layer().region().partition()),
                "lambda:GetLayerVersion",
                version.arn(),
                organizationId == null
                        ? List.of()
                        : List.of(new PolicyCondition("StringEquals", "aws:PrincipalOrgID", organizationId)));
    }
}
