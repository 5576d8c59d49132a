package hearth.control.layers;

import hearth.cluster.LayerVersionRecord;
import hearth.control.policies.Policy;
import hearth.control.policies.PolicyCondition;
import hearth.control.policies.Principal;
import hearth.control.policies.Statement;
import hearth.model.AccountId;
import hearth.model.LayerVersionId;
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

    static boolean allows(Policy policy, AccountId account) {
        return policy.statements().stream().anyMatch(statement -> allows(statement, account));
    }

    /// Whether a statement lets an account in. No account here belongs to an organization.
    private static boolean allows(Statement statement, AccountId account) {
        return statement.conditions().isEmpty()
                && statement.principals().named().stream().anyMatch(principal -> isOf(principal, account));
    }

    private static boolean isOf(Principal principal, AccountId account) {
        return switch (principal) {
            case Principal.Everyone() -> true;
            case Principal.Identity(var arn) -> arn.endsWith(":iam::" + account + ":root");
            case Principal.Service _, Principal.Federated _, Principal.CanonicalUser _ -> false;
        };
    }
}
