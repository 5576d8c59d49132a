package hearth.control.scaling;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.GetFunctionScalingConfigRequest;
import hearth.model.api.GetFunctionScalingConfigResponse;

/// `GET /2025-11-30/functions/{FunctionName}/function-scaling-config`: no function here has any.
final class GetFunctionScalingConfig
        implements Operation<GetFunctionScalingConfigRequest, GetFunctionScalingConfigResponse> {
    private final FunctionStore functions;

    GetFunctionScalingConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetFunctionScalingConfigResponse handle(Caller caller, GetFunctionScalingConfigRequest request) {
        throw ManagedInstances.refusal(
                functions, Target.of(caller, request.functionName(), request.qualifier(), "GetFunctionScalingConfig"));
    }
}
