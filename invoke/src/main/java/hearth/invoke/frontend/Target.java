package hearth.invoke.frontend;

import hearth.model.FunctionId;
import hearth.model.FunctionRef;

/// The function that an invocation is for.
///
/// @param qualifier `$LATEST` when the caller gave none
/// @param invokedArn qualified only if the caller qualified it: the function is told this one
record Target(FunctionId function, String qualifier, String invokedArn) {
    /// @param request that `RequestCheck` has seen
    static Target of(InvocationRequest request) {
        var reference = FunctionRef.parse(request.function()).orElseThrow().withQualifier(request.qualifier());
        var function = reference.resolve(request.account(), request.region(), "InvokeFunction");
        var qualifier = reference.qualifier();
        return qualifier == null
                ? new Target(function, FunctionId.LATEST, function.arn())
                : new Target(function, qualifier, function.arn(qualifier));
    }

    /// For `Function not found`: Invoke, alone, adds `:$LATEST` when there was no qualifier.
    String lookedUpArn() {
        return function.arn(qualifier);
    }
}
