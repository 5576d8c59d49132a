package hearth.control.eventinvoke;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.GetFunctionEventInvokeConfigRequest;

/// `GET /2019-09-25/functions/{FunctionName}/event-invoke-config`
final class GetFunctionEventInvokeConfig
        implements Operation<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
    private final FunctionStore functions;

    GetFunctionEventInvokeConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public FunctionEventInvokeConfig handle(Caller caller, GetFunctionEventInvokeConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "GetFunctionEventInvokeConfig");
        return functions.read(target.function(), view -> EventInvokeConfigs.require(view, target));
    }
}
