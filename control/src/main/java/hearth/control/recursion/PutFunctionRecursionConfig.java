package hearth.control.recursion;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.PutFunctionRecursionConfigRequest;
import hearth.model.api.PutFunctionRecursionConfigResponse;
import java.util.Objects;

/// `PUT /2024-08-31/functions/{FunctionName}/recursion-config`
final class PutFunctionRecursionConfig
        implements Operation<PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse> {
    private final FunctionStore functions;

    PutFunctionRecursionConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public PutFunctionRecursionConfigResponse handle(Caller caller, PutFunctionRecursionConfigRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "PutFunctionRecursionConfig");
        var recursiveLoop = Objects.requireNonNull(request.recursiveLoop());
        return functions.edit(function, edit -> put(edit, recursiveLoop));
    }

    private static PutFunctionRecursionConfigResponse put(FunctionEdit function, String recursiveLoop) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(function.id().arn());
        }
        function.put(Setting.RECURSIVE_LOOP, Setting.WHOLE, recursiveLoop);
        return PutFunctionRecursionConfigResponse.builder()
                .recursiveLoop(recursiveLoop)
                .build();
    }
}
