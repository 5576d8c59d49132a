package hearth.control.policies;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetPolicyRequest;
import hearth.model.api.GetPolicyResponse;

/// `GET /2015-03-31/functions/{FunctionName}/policy`
final class GetPolicy implements Operation<GetPolicyRequest, GetPolicyResponse> {
    private final FunctionStore functions;

    GetPolicy(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetPolicyResponse handle(Caller caller, GetPolicyRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "GetPolicy");
        return functions.read(target.function(), view -> show(view, target));
    }

    private static GetPolicyResponse show(FunctionView function, Target target) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(target.arn());
        }
        var policy = FunctionPolicies.find(function, target.version()).orElseThrow(Refusals::resourceNotFound);
        return GetPolicyResponse.builder()
                .policy(policy.text())
                .revisionId(FunctionPolicies.revisionId(function, target))
                .build();
    }
}
