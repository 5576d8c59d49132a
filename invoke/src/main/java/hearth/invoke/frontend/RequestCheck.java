package hearth.invoke.frontend;

import hearth.model.FunctionRef;
import hearth.model.api.QueryParameters;
import hearth.model.api.RequestParts;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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

    static void check(InvocationRequest request) {
        var plain = FunctionRef.parse(request.function()).isPresent()
                && (request.qualifier() == null || isPlain(request.qualifier()))
                && isAbsentOrIn(
                        request.invocationType(), request.streams() ? STREAMING_INVOCATION_TYPES : INVOCATION_TYPES)
                && isAbsentOrIn(request.logType(), LOG_TYPES);
        if (!plain) {
            checkByModel(request);
        }
    }

    private static void checkByModel(InvocationRequest request) {
        var qualifier = request.qualifier();
        var query = qualifier == null
                ? QueryParameters.NONE
                : QueryParameters.parse("Qualifier=" + URLEncoder.encode(qualifier, StandardCharsets.UTF_8));
        var parts = new RequestParts(
                Map.of("FunctionName", request.function()),
                query,
                header -> header(request, header),
                request.payload());
        request.operation().reader().read(parts);
    }

    private static @Nullable String header(InvocationRequest request, String name) {
        return switch (name) {
            case "X-Amz-Invocation-Type" -> request.invocationType();
            case "X-Amz-Log-Type" -> request.logType();
            default -> null;
        };
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
