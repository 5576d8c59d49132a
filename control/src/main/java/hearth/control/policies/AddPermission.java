package hearth.control.policies;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.Bytes;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.AddPermissionResponse;
import hearth.model.policy.Policy;
import hearth.model.policy.Principal;
import hearth.model.policy.Statement;
import java.util.Objects;

/// `POST /2015-03-31/functions/{FunctionName}/policy`
final class AddPermission implements Operation<AddPermissionRequest, AddPermissionResponse> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Bytes limit;

    AddPermission(FunctionStore functions, RevisionIds revisionIds, Bytes limit) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.limit = limit;
    }

    @Override
    public AddPermissionResponse handle(Caller caller, AddPermissionRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "AddPermission");
        FunctionPolicies.requireNotLatest(target);
        var revisionId = revisionIds.next();
        var added = functions.edit(target.function(), edit -> add(edit, target, request, revisionId));
        return AddPermissionResponse.builder().statement(added.text()).build();
    }

    private Statement add(FunctionEdit function, Target target, AddPermissionRequest request, String revisionId) {
        FunctionPolicies.requireRevision(
                request.revisionId(), FunctionPolicies.revisionId(function, target), "GetPolicy");
        var statement = statement(target, request);
        PublicAccess.refuse(statement);
        var before = FunctionPolicies.find(function, target.version()).orElse(Policy.EMPTY);
        FunctionPolicies.put(function, target.version(), before.with(statement, limit), revisionId);
        return statement;
    }

    private static Statement statement(Target target, AddPermissionRequest request) {
        var action = Objects.requireNonNull(request.action());
        if (request.functionUrlAuthType() != null && !action.equals("lambda:InvokeFunctionUrl")) {
            throw Refusals.invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
        }
        return Statement.allowing(
                Objects.requireNonNull(request.statementId()),
                Principal.of(
                        Objects.requireNonNull(request.principal()),
                        target.function().region().partition()),
                action,
                target.arn(),
                RequestedConditions.of(request));
    }
}
