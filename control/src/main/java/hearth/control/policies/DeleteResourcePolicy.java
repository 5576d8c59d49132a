package hearth.control.policies;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.api.DeleteResourcePolicyRequest;
import hearth.model.api.NoContent;
import hearth.model.policy.Policy;

/// `DELETE /2026-07-09/resource-policy/{ResourceArn}`
final class DeleteResourcePolicy implements Operation<DeleteResourcePolicyRequest, NoContent> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    DeleteResourcePolicy(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    @Override
    public NoContent handle(Caller caller, DeleteResourcePolicyRequest request) {
        var target = Target.ofArn(caller, request.resourceArn(), "DeleteResourcePolicy");
        var revisionId = revisionIds.next();
        return functions.edit(target.function(), edit -> delete(edit, target, request, revisionId));
    }

    private static NoContent delete(
            FunctionEdit function, Target target, DeleteResourcePolicyRequest request, String revisionId) {
        var revision = FunctionPolicies.revisionId(function, target);
        if (FunctionPolicies.find(function, target.version()).isEmpty()) {
            throw FunctionPolicies.none();
        }
        FunctionPolicies.requireRevision(request.revisionId(), revision, "GetResourcePolicy");
        FunctionPolicies.put(function, target.version(), Policy.EMPTY, revisionId);
        return NoContent.INSTANCE;
    }
}
