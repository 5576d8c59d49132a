package hearth.control.signing;

import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Timestamps;
import hearth.model.api.CodeSigningConfig;
import hearth.model.api.UpdateCodeSigningConfigRequest;
import hearth.model.api.UpdateCodeSigningConfigResponse;
import java.time.InstantSource;

/// `PUT /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
final class UpdateCodeSigningConfig
        implements Operation<UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse> {
    private final SigningStore configs;
    private final InstantSource clock;

    UpdateCodeSigningConfig(SigningStore configs, InstantSource clock) {
        this.configs = configs;
        this.clock = clock;
    }

    @Override
    public UpdateCodeSigningConfigResponse handle(Caller caller, UpdateCodeSigningConfigRequest request) {
        var id = SigningArns.subject(caller, request.codeSigningConfigArn(), "UpdateCodeSigningConfig");
        var updated = configs.update(id, before -> before.with(updated(before.configuration(), request)))
                .orElseThrow(() -> SigningRefusals.notFound(id.arn()));
        return UpdateCodeSigningConfigResponse.builder()
                .codeSigningConfig(updated.configuration())
                .build();
    }

    /// What the request does not bring stays.
    private CodeSigningConfig updated(CodeSigningConfig before, UpdateCodeSigningConfigRequest request) {
        var next = before.toBuilder().lastModified(Timestamps.of(clock.instant()));
        if (request.description() != null) {
            next.description(request.description());
        }
        if (request.allowedPublishers() != null) {
            next.allowedPublishers(request.allowedPublishers());
        }
        var policies = request.codeSigningPolicies();
        if (policies != null && policies.untrustedArtifactOnDeployment() != null) {
            next.codeSigningPolicies(policies);
        }
        return next.build();
    }
}
