package hearth.model.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An HTTP request, taken apart as far as reading an operation's parameters needs.
///
/// @param pathParameters by label, decoded, as `Route.Matched` gives them
public record RequestParts(
        Map<String, String> pathParameters, QueryParameters query, HeaderLookup headers, RequestBody body) {
    public RequestParts(Map<String, String> pathParameters, QueryParameters query, HeaderLookup headers, byte[] body) {
        this(pathParameters, query, headers, RequestBody.of(body));
    }

    /// Finds the first header of a name, in whatever case.
    @FunctionalInterface
    public interface HeaderLookup {
        @Nullable
        String first(String name);
    }

    @Nullable
    String pathParameter(String label) {
        return pathParameters.get(label);
    }

    @Nullable
    String header(String name) {
        return headers.first(name);
    }
}
