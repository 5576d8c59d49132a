package hearth.control.scaling;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.PutFunctionScalingConfigRequest;
import hearth.model.api.PutFunctionScalingConfigResponse;

/// `PUT /2025-11-30/functions/{FunctionName}/function-scaling-config`: no function here can have any.
final class PutFunctionScalingConfig
        implements Operation<PutFunctionScalingConfigRequest, PutFunctionScalingConfigResponse> {
    private final FunctionStore functions;

    PutFunctionScalingConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public PutFunctionScalingConfigResponse handle(Caller caller, PutFunctionScalingConfigRequest request) {
        throw ManagedInstances.refusal(
                functions, Target.of(caller, request.functionName(), request.qualifier(), "PutFunctionScalingConfig"));
    }
}
