package hearth.control.signing;

import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.DeleteCodeSigningConfigRequest;
import hearth.model.api.DeleteCodeSigningConfigResponse;

/// `DELETE /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
final class DeleteCodeSigningConfig
        implements Operation<DeleteCodeSigningConfigRequest, DeleteCodeSigningConfigResponse> {
    private final SigningStore configs;

    DeleteCodeSigningConfig(SigningStore configs) {
        this.configs = configs;
    }

    @Override
    public DeleteCodeSigningConfigResponse handle(Caller caller, DeleteCodeSigningConfigRequest request) {
        var id = SigningArns.subject(caller, request.codeSigningConfigArn(), "DeleteCodeSigningConfig");
        return switch (configs.delete(id)) {
            case DELETED -> DeleteCodeSigningConfigResponse.builder().build();
            case NOT_THERE -> throw SigningRefusals.notFound(id.arn());
            case IN_USE -> throw SigningRefusals.inUse(id.arn());
        };
    }
}
