package hearth.control.signing;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.DeleteFunctionCodeSigningConfigRequest;
import hearth.model.api.NoContent;

/// `DELETE /2020-06-30/functions/{FunctionName}/code-signing-config`
final class DeleteFunctionCodeSigningConfig implements Operation<DeleteFunctionCodeSigningConfigRequest, NoContent> {
    private final FunctionStore functions;

    DeleteFunctionCodeSigningConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteFunctionCodeSigningConfigRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "DeleteFunctionCodeSigningConfig");
        return functions.edit(function, DeleteFunctionCodeSigningConfig::delete);
    }

    private static NoContent delete(FunctionEdit edit) {
        if (edit.function().isEmpty()) {
            throw Refusals.functionNotFound(edit.id().arn());
        }
        edit.signWithNone();
        return NoContent.INSTANCE;
    }
}
