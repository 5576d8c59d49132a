package hearth.control.recursion;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetFunctionRecursionConfigRequest;
import hearth.model.api.GetFunctionRecursionConfigResponse;

/// `GET /2024-08-31/functions/{FunctionName}/recursion-config`
final class GetFunctionRecursionConfig
        implements Operation<GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse> {
    private final FunctionStore functions;

    GetFunctionRecursionConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetFunctionRecursionConfigResponse handle(Caller caller, GetFunctionRecursionConfigRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "GetFunctionRecursionConfig");
        return functions.read(function, GetFunctionRecursionConfig::show);
    }

    private static GetFunctionRecursionConfigResponse show(FunctionView function) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(function.id().arn());
        }
        return GetFunctionRecursionConfigResponse.builder()
                .recursiveLoop(RecursiveLoop.of(function))
                .build();
    }
}
