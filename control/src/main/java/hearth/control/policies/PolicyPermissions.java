package hearth.control.policies;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Permissions;
import hearth.model.FunctionId;
import hearth.model.policy.AccessRequest;
import hearth.model.policy.Decision;
import hearth.model.policy.Policy;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the policies in the store allow: that of a function, and that of the version or alias which a request names.
public final class PolicyPermissions implements Permissions {
    private final FunctionStore functions;

    public PolicyPermissions(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public Decision decide(FunctionId function, @Nullable String qualifier, AccessRequest request) {
        return functions.read(function, view -> policies(view, qualifier)
                .map(policy -> policy.decide(request))
                .reduce(Decision.UNDECIDED, Decision::and));
    }

    private static Stream<Policy> policies(FunctionView function, @Nullable String qualifier) {
        var own = qualifier == null || qualifier.equals(FunctionId.LATEST)
                ? Optional.<Policy>empty()
                : FunctionPolicies.find(function, qualifier);
        return Stream.concat(FunctionPolicies.find(function, FunctionId.LATEST).stream(), own.stream());
    }
}
