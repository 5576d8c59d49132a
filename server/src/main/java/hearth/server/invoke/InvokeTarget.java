package hearth.server.invoke;

import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import org.jspecify.annotations.Nullable;

/// The function that a request is for.
///
/// @param qualifier `$LATEST` when the caller gave none
/// @param named the qualifier that the caller gave; null when none
/// @param invokedArn qualified only if the caller qualified it: the function is told this one
record InvokeTarget(
        FunctionId function, String qualifier, @Nullable String named, String invokedArn) {
    /// @param request that `RequestCheck` has seen
    static InvokeTarget of(InvokeRequest request) {
        var caller = request.caller();
        var reference = FunctionRef.parse(request.function()).orElseThrow().withQualifier(request.qualifier());
        var function = reference.resolve(caller.account(), caller.region());
        var qualifier = reference.qualifier();
        return qualifier == null
                ? new InvokeTarget(function, FunctionId.LATEST, null, function.arn())
                : new InvokeTarget(function, qualifier, qualifier, function.arn(qualifier));
    }

    /// For `Function not found`: Invoke, alone, adds `:$LATEST` when there was no qualifier.
    String lookedUpArn() {
        return function.arn(qualifier);
    }
}
