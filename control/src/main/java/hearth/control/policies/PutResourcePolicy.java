package hearth.control.policies;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.Bytes;
import hearth.model.api.PutResourcePolicyRequest;
import hearth.model.api.PutResourcePolicyResponse;
import hearth.model.policy.Policy;
import java.util.Objects;

/// `PUT /2026-07-09/resource-policy/{ResourceArn}`: in place of all that was there, permissions too.
final class PutResourcePolicy implements Operation<PutResourcePolicyRequest, PutResourcePolicyResponse> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Bytes limit;

    PutResourcePolicy(FunctionStore functions, RevisionIds revisionIds, Bytes limit) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.limit = limit;
    }

    @Override
    public PutResourcePolicyResponse handle(Caller caller, PutResourcePolicyRequest request) {
        var target = Target.ofArn(caller, request.resourceArn(), "PutResourcePolicy");
        FunctionPolicies.requireNotLatest(target);
        var document = Objects.requireNonNull(request.policy());
        Policy.requireRoom(document.length(), limit);
        var revisionId = revisionIds.next();
        var policy = functions.edit(target.function(), edit -> put(edit, target, request, document, revisionId));
        return PutResourcePolicyResponse.builder()
                .policy(policy.text())
                .revisionId(revisionId)
                .build();
    }

    private Policy put(
            FunctionEdit function,
            Target target,
            PutResourcePolicyRequest request,
            String document,
            String revisionId) {
        FunctionPolicies.requireRevision(
                request.revisionId(), FunctionPolicies.revisionId(function, target), "GetResourcePolicy");
        var policy = Policy.read(document).within(limit).sensible();
        policy.statements().forEach(statement -> StatementRules.check(statement, target));
        FunctionPolicies.put(function, target.version(), policy, revisionId);
        return policy;
    }
}
