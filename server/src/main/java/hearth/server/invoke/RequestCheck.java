package hearth.server.invoke;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionRef;
import hearth.model.api.ApiOperation;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The constraints that the API's model sets on invocations.
///
/// The model's own checks take longer than everything else that the frontend does. So what is plainly right is seen
/// to be, and only the rest is put to them: they know what is wrong, and AWS's words for it.
final class RequestCheck {
    private static final int MAX_QUALIFIER_LENGTH = 128;
    private static final Set<String> INVOCATION_TYPES = Set.of("RequestResponse", "Event", "DryRun");
    private static final Set<String> STREAMING_INVOCATION_TYPES = Set.of("RequestResponse", "DryRun");
    private static final Set<String> LOG_TYPES = Set.of("None", "Tail");

    private RequestCheck() {}

    static void check(InvokeRequest request) {
        var qualifier = request.qualifier();
        boolean durable = request.durableExecutionName() != null;
        boolean plain = FunctionRef.parse(request.function()).isPresent()
                && (qualifier == null || isPlain(qualifier))
                && isAbsentOrIn(
                        request.invocationType(), request.streams() ? STREAMING_INVOCATION_TYPES : INVOCATION_TYPES)
                && isAbsentOrIn(request.logType(), LOG_TYPES)
                && !durable
                && request.tenantId() == null;
        if (!plain) {
            request.operation().reader().read(request.parts());
        }
        if (durable && request.operation() == ApiOperation.INVOKE) {
            throw new ApiException(
                    ApiError.INVALID_PARAMETER_VALUE, "Hearth does not support DurableExecutionName yet.");
        }
    }

    private static boolean isPlain(String qualifier) {
        var length = qualifier.length();
        return length > 0
                && length <= MAX_QUALIFIER_LENGTH
                && (qualifier.equals("$LATEST") || qualifier.chars().allMatch(RequestCheck::isWordCharacter));
    }

    private static boolean isWordCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private static boolean isAbsentOrIn(@Nullable String value, Set<String> allowed) {
        return value == null || allowed.contains(value);
    }
}
