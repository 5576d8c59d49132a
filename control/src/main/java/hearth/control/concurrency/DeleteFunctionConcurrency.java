package hearth.control.concurrency;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.DeleteFunctionConcurrencyRequest;
import hearth.model.api.NoContent;

/// `DELETE /2017-10-31/functions/{FunctionName}/concurrency`: the function shares in what is unreserved again.
final class DeleteFunctionConcurrency implements Operation<DeleteFunctionConcurrencyRequest, NoContent> {
    private final FunctionStore functions;

    DeleteFunctionConcurrency(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteFunctionConcurrencyRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "DeleteFunctionConcurrency");
        functions.edit(function, edit -> {
            if (edit.function().isEmpty()) {
                throw Refusals.functionNotFound(function.arn());
            }
            return edit.remove(Setting.RESERVED_CONCURRENCY, Setting.WHOLE);
        });
        return NoContent.INSTANCE;
    }
}
