package hearth.control.functions;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionConfigurationRequest;

/// `GET /2015-03-31/functions/{FunctionName}/configuration`
final class GetFunctionConfiguration implements Operation<GetFunctionConfigurationRequest, FunctionConfiguration> {
    private final FunctionLookup lookup;

    GetFunctionConfiguration(FunctionLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, GetFunctionConfigurationRequest request) {
        return lookup.find(Target.of(caller, request.functionName(), request.qualifier(), "GetFunctionConfiguration"))
                .shown();
    }
}
