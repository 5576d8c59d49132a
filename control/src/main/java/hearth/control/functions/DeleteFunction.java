package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.FunctionId;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;

/// `DELETE /2015-03-31/functions/{FunctionName}`: a function with all its versions, or one version.
final class DeleteFunction implements Operation<DeleteFunctionRequest, DeleteFunctionResponse> {
    private final FunctionStore functions;

    DeleteFunction(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public DeleteFunctionResponse handle(Caller caller, DeleteFunctionRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "DeleteFunction");
        if (target.qualifier() == null) {
            if (!functions.delete(target.function())) {
                throw Refusals.functionNotFound(target.arn());
            }
        } else {
            deleteVersion(target);
        }
        return DeleteFunctionResponse.builder().build();
    }

    /// A version that is not there (any more) counts as deleted.
    private void deleteVersion(Target target) {
        var version = target.version();
        if (version.equals(FunctionId.LATEST)) {
            throw Refusals.invalid("$LATEST version cannot be deleted without deleting the function.");
        }
        if (functions.find(target.function()).isEmpty()) {
            throw Refusals.functionNotFound(target.arn());
        }
        if (!version.matches("[0-9]+")) {
            throw Refusals.invalid("Deletion of aliases is not currently supported.");
        }
        if (functions.find(target.function(), version).isPresent()) {
            functions.deleteVersion(target.function(), Long.parseLong(version));
        }
    }
}
