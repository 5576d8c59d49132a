package hearth.control.policies;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.NoContent;
import hearth.model.api.RemovePermissionRequest;
import java.util.Objects;

/// `DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}`: with the last statement goes the policy.
final class RemovePermission implements Operation<RemovePermissionRequest, NoContent> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    RemovePermission(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    @Override
    public NoContent handle(Caller caller, RemovePermissionRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "RemovePermission");
        var revisionId = revisionIds.next();
        return functions.edit(target.function(), edit -> remove(edit, target, request, revisionId));
    }

    private static NoContent remove(
            FunctionEdit function, Target target, RemovePermissionRequest request, String revisionId) {
        if (function.function().isEmpty()) {
            throw new ApiException(
                    ApiError.RESOURCE_NOT_FOUND,
                    "No policy found for: " + function.id().arn());
        }
        var revision = FunctionPolicies.revisionId(function, target);
        var before = FunctionPolicies.find(function, target.version()).orElseThrow(FunctionPolicies::none);
        var after = before.without(Objects.requireNonNull(request.statementId()));
        FunctionPolicies.requireRevision(request.revisionId(), revision, "GetPolicy");
        FunctionPolicies.put(function, target.version(), after, revisionId);
        return NoContent.INSTANCE;
    }
}
