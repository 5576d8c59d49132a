package hearth.control.signing;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.CodeSigningConfigId;
import hearth.model.api.PutFunctionCodeSigningConfigRequest;
import hearth.model.api.PutFunctionCodeSigningConfigResponse;

/// `PUT /2020-06-30/functions/{FunctionName}/code-signing-config`: matters to what is deployed from then on.
final class PutFunctionCodeSigningConfig
        implements Operation<PutFunctionCodeSigningConfigRequest, PutFunctionCodeSigningConfigResponse> {
    private static final String NAME = "PutFunctionCodeSigningConfig";

    private final FunctionStore functions;
    private final SigningStore configs;

    PutFunctionCodeSigningConfig(FunctionStore functions, SigningStore configs) {
        this.functions = functions;
        this.configs = configs;
    }

    @Override
    public PutFunctionCodeSigningConfigResponse handle(Caller caller, PutFunctionCodeSigningConfigRequest request) {
        var function = Target.unqualified(caller, request.functionName(), NAME);
        var config = SigningArns.reference(caller, request.codeSigningConfigArn(), NAME);
        // First of all, as AWS does; it may be gone again below.
        if (configs.find(config).isEmpty()) {
            throw SigningRefusals.unknownConfig(config.arn());
        }
        return functions.edit(function, edit -> put(edit, config));
    }

    private static PutFunctionCodeSigningConfigResponse put(FunctionEdit edit, CodeSigningConfigId config) {
        var function = edit.function()
                .orElseThrow(() -> Refusals.functionNotFound(edit.id().arn()));
        if ("Image".equals(function.latest().configuration().packageType())) {
            throw CodeSigning.imageRefusal();
        }
        CodeSigning.attach(edit, config);
        return PutFunctionCodeSigningConfigResponse.builder()
                .functionName(edit.id().name())
                .codeSigningConfigArn(config.arn())
                .build();
    }
}
