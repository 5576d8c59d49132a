package hearth.control.operation;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import org.jspecify.annotations.Nullable;

/// The function that a request is about.
///
/// @param qualifier a version, `$LATEST` or an alias; null when the request names none
public record Target(FunctionId function, @Nullable String qualifier) {
    /// @param parameter the request's own qualifier, beside the one that the name may bring
    public static Target of(Caller caller, @Nullable String functionName, @Nullable String parameter, String action) {
        var ref = parse(functionName).withQualifier(parameter);
        return resolved(caller, ref, action);
    }

    /// The same, where no policy of the function's can give others leave: what is asked for is not the function's.
    public static Target ofOwn(Caller caller, @Nullable String functionName, String action) {
        return own(caller, parse(functionName), action);
    }

    /// @param arn of the function, a version or an alias, as the API's pattern for policies has it
    public static Target ofArn(Caller caller, @Nullable String arn, String action) {
        var text = String.valueOf(arn);
        var ref = FunctionRef.parse(text).orElseThrow(() -> Refusals.functionNotFound(text));
        return resolved(caller, ref, action);
    }

    /// The function that an operation changes as a whole: only `$LATEST` may qualify it.
    public static FunctionId unqualified(Caller caller, @Nullable String functionName, String action) {
        var target = of(caller, functionName, null, action);
        if (target.qualifier != null && !target.qualifier.equals(FunctionId.LATEST)) {
            throw Refusals.functionsOnly();
        }
        return target.function;
    }

    /// The function that is to be made.
    public static FunctionId created(Caller caller, @Nullable String functionName) {
        var ref = parse(functionName);
        ref.requireNewName();
        if (ref.qualifier() != null) {
            throw Refusals.functionsOnly();
        }
        return own(caller, ref, "CreateFunction").function;
    }

    private static Target resolved(Caller caller, FunctionRef ref, String action) {
        var target = new Target(ref.resolve(caller.account(), caller.region()), ref.qualifier());
        caller.requireMay(action, target.function, target.qualifier);
        return target;
    }

    private static Target own(Caller caller, FunctionRef ref, String action) {
        var target = new Target(ref.resolve(caller.account(), caller.region()), ref.qualifier());
        if (!caller.isOf(target.function.account())) {
            throw caller.mayNot(action, target.arn());
        }
        return target;
    }

    /// The qualifier that is meant when none is named.
    public String version() {
        return qualifier == null ? FunctionId.LATEST : qualifier;
    }

    /// The ARN as the caller named it.
    public String arn() {
        return qualifier == null ? function.arn() : function.arn(qualifier);
    }

    private static FunctionRef parse(@Nullable String functionName) {
        // The model's constraints let nothing else through, so this is for callers that skip them.
        var text = String.valueOf(functionName);
        return FunctionRef.parse(text)
                .orElseThrow(() -> new ApiException(
                        ApiError.VALIDATION,
                        "1 validation error detected: Value '" + text + "' at 'functionName' names no function"));
    }
}
