package hearth.control.signing;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetFunctionCodeSigningConfigRequest;
import hearth.model.api.GetFunctionCodeSigningConfigResponse;

/// `GET /2020-06-30/functions/{FunctionName}/code-signing-config`: empty when the function keeps to none.
final class GetFunctionCodeSigningConfig
        implements Operation<GetFunctionCodeSigningConfigRequest, GetFunctionCodeSigningConfigResponse> {
    private final FunctionStore functions;

    GetFunctionCodeSigningConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetFunctionCodeSigningConfigResponse handle(Caller caller, GetFunctionCodeSigningConfigRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "GetFunctionCodeSigningConfig");
        return functions.read(function, GetFunctionCodeSigningConfig::shown);
    }

    private static GetFunctionCodeSigningConfigResponse shown(FunctionView view) {
        if (view.function().isEmpty()) {
            throw Refusals.functionNotFound(view.id().arn());
        }
        return view.signing()
                .map(config -> GetFunctionCodeSigningConfigResponse.builder()
                        .functionName(view.id().name())
                        .codeSigningConfigArn(config.arn())
                        .build())
                .orElseGet(() -> GetFunctionCodeSigningConfigResponse.builder().build());
    }
}
