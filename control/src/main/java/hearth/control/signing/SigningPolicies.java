package hearth.control.signing;

import hearth.model.api.CodeSigningConfig;
import hearth.model.api.CodeSigningPolicies;
import org.jspecify.annotations.Nullable;

/// The policy for a package that no allowed publisher has signed.
final class SigningPolicies {
    private static final String WARN = "Warn";
    private static final String ENFORCE = "Enforce";

    private SigningPolicies() {}

    /// The policy as requested, or AWS's default.
    static CodeSigningPolicies of(@Nullable CodeSigningPolicies requested) {
        return requested == null || requested.untrustedArtifactOnDeployment() == null
                ? CodeSigningPolicies.builder()
                        .untrustedArtifactOnDeployment(WARN)
                        .build()
                : requested;
    }

    static boolean enforces(CodeSigningConfig config) {
        var policies = config.codeSigningPolicies();
        return policies != null && ENFORCE.equals(policies.untrustedArtifactOnDeployment());
    }
}
