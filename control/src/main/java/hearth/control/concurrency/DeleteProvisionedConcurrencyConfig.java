package hearth.control.concurrency;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.DeleteProvisionedConcurrencyConfigRequest;
import hearth.model.api.NoContent;

/// `DELETE /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
///
/// What is not there counts as deleted.
final class DeleteProvisionedConcurrencyConfig
        implements Operation<DeleteProvisionedConcurrencyConfigRequest, NoContent> {
    private final FunctionStore functions;

    DeleteProvisionedConcurrencyConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public NoContent handle(Caller caller, DeleteProvisionedConcurrencyConfigRequest request) {
        var target = ProvisionedTarget.of(
                caller, request.functionName(), request.qualifier(), "DeleteProvisionedConcurrencyConfig");
        target.requirePublished();
        functions.edit(target.function(), edit -> {
            target.versions(edit);
            return edit.remove(Setting.PROVISIONED_CONCURRENCY, target.qualifier());
        });
        return NoContent.INSTANCE;
    }
}
