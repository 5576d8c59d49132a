package hearth.invoke.frontend;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;

/// The function that an invocation is for.
///
/// @param qualifier `$LATEST` when the caller gave none
/// @param invokedArn qualified only if the caller qualified it: the function is told this one
record Target(FunctionId function, String qualifier, String invokedArn) {
    private static final String PATTERN = "(arn:(aws[a-zA-Z-]*)?:lambda:)?"
            + "((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)"
            + "(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

    static Target parse(InvocationRequest request) {
        var reference = FunctionRef.parse(request.function())
                .orElseThrow(() -> malformed(request.function()))
                .withQualifier(request.qualifier());
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

    private static ApiException malformed(String function) {
        return new ApiException(
                ApiError.VALIDATION,
                "1 validation error detected: Value '" + function + "' at 'functionName' failed to satisfy constraint:"
                        + " Member must satisfy regular expression pattern: " + PATTERN);
    }
}
