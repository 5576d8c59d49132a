package hearth.control.aliases;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.NoContent;
import java.util.Objects;

/// `DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}`: with its policy, URL and all else that is set for it.
/// One that is not there (any more) counts as deleted.
final class DeleteAlias implements Operation<DeleteAliasRequest, NoContent> {
    private final FunctionStore functions;

    DeleteAlias(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteAliasRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "DeleteAlias");
        functions.edit(function, edit -> {
            if (edit.function().isEmpty()) {
                throw Refusals.functionNotFound(function.arn());
            }
            return edit.deleteAlias(Objects.requireNonNull(request.name()));
        });
        return NoContent.INSTANCE;
    }
}
