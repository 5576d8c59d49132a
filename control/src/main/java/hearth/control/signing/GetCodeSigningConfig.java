package hearth.control.signing;

import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.GetCodeSigningConfigRequest;
import hearth.model.api.GetCodeSigningConfigResponse;

/// `GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
final class GetCodeSigningConfig implements Operation<GetCodeSigningConfigRequest, GetCodeSigningConfigResponse> {
    private final SigningStore configs;

    GetCodeSigningConfig(SigningStore configs) {
        this.configs = configs;
    }

    @Override
    public GetCodeSigningConfigResponse handle(Caller caller, GetCodeSigningConfigRequest request) {
        var id = SigningArns.subject(caller, request.codeSigningConfigArn(), "GetCodeSigningConfig");
        var config = configs.find(id).orElseThrow(() -> SigningRefusals.notFound(id.arn()));
        return GetCodeSigningConfigResponse.builder()
                .codeSigningConfig(config.configuration())
                .build();
    }
}
