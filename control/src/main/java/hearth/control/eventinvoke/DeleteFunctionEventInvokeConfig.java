package hearth.control.eventinvoke;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.DeleteFunctionEventInvokeConfigRequest;
import hearth.model.api.NoContent;

/// `DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config`
final class DeleteFunctionEventInvokeConfig implements Operation<DeleteFunctionEventInvokeConfigRequest, NoContent> {
    private final FunctionStore functions;

    DeleteFunctionEventInvokeConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteFunctionEventInvokeConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "DeleteFunctionEventInvokeConfig");
        boolean deleted =
                functions.edit(target.function(), edit -> edit.remove(Setting.EVENT_INVOKE_CONFIG, target.version()));
        if (!deleted) {
            throw EventInvokeConfigs.notFound(target);
        }
        return NoContent.INSTANCE;
    }
}
