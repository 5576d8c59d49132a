package hearth.control.concurrency;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetFunctionConcurrencyRequest;
import hearth.model.api.GetFunctionConcurrencyResponse;

/// `GET /2019-09-30/functions/{FunctionName}/concurrency`
final class GetFunctionConcurrency implements Operation<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> {
    private final FunctionStore functions;

    GetFunctionConcurrency(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetFunctionConcurrencyResponse handle(Caller caller, GetFunctionConcurrencyRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "GetFunctionConcurrency");
        return functions.read(function, view -> {
            if (view.function().isEmpty()) {
                throw Refusals.functionNotFound(function.arn());
            }
            return GetFunctionConcurrencyResponse.builder()
                    .reservedConcurrentExecutions(view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE)
                            .orElse(null))
                    .build();
        });
    }
}
