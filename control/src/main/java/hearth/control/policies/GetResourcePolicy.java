package hearth.control.policies;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetResourcePolicyRequest;
import hearth.model.api.GetResourcePolicyResponse;

/// `GET /2026-07-09/resource-policy/{ResourceArn}`: also what permissions were added to.
final class GetResourcePolicy implements Operation<GetResourcePolicyRequest, GetResourcePolicyResponse> {
    private final FunctionStore functions;

    GetResourcePolicy(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetResourcePolicyResponse handle(Caller caller, GetResourcePolicyRequest request) {
        var target = Target.ofArn(caller, request.resourceArn(), "GetResourcePolicy");
        return functions.read(target.function(), view -> show(view, target));
    }

    private static GetResourcePolicyResponse show(FunctionView function, Target target) {
        var revision = FunctionPolicies.revisionId(function, target);
        var policy = FunctionPolicies.find(function, target.version()).orElseThrow(Refusals::resourceNotFound);
        return GetResourcePolicyResponse.builder()
                .policy(policy.text())
                .revisionId(revision)
                .build();
    }
}
