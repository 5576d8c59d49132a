package hearth.server.api;

import hearth.model.api.CreateCapacityProviderRequest;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.CreateFunctionRequest;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What a request is about, as records of it name it.
final class ResourceName {
    private static final String FUNCTION = "FunctionName";

    private ResourceName() {}

    /// Of a request whose path names it; empty if none does.
    static String of(Map<String, String> pathParameters) {
        if (pathParameters.isEmpty()) {
            return "";
        }
        var function = pathParameters.get(FUNCTION);
        return function != null ? function : String.join(":", new TreeMap<>(pathParameters).values());
    }

    /// Of a request whose body names it; empty if none does.
    ///
    /// @param request as the model reads it
    static String in(Object request) {
        return switch (request) {
            case CreateFunctionRequest create -> Objects.requireNonNullElse(create.functionName(), "");
            case CreateEventSourceMappingRequest create -> Objects.requireNonNullElse(create.functionName(), "");
            case CreateCapacityProviderRequest create -> Objects.requireNonNullElse(create.capacityProviderName(), "");
            default -> "";
        };
    }
}
