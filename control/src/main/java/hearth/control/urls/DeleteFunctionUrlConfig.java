package hearth.control.urls;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.model.api.DeleteFunctionUrlConfigRequest;
import hearth.model.api.NoContent;

/// `DELETE /2021-10-31/functions/{FunctionName}/url`
final class DeleteFunctionUrlConfig implements Operation<DeleteFunctionUrlConfigRequest, NoContent> {
    private final FunctionStore functions;

    DeleteFunctionUrlConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteFunctionUrlConfigRequest request) {
        var target =
                FunctionUrls.target(caller, request.functionName(), request.qualifier(), "DeleteFunctionUrlConfig");
        boolean deleted = functions.edit(target.function(), edit -> edit.remove(FunctionUrls.URL, target.version()));
        if (!deleted) {
            throw Refusals.resourceNotFound();
        }
        return NoContent.INSTANCE;
    }
}
