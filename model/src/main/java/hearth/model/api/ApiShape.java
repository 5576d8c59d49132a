package hearth.model.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// A structure of the API. Every one also has `static read(JsonParser)`, `static builder()` and `toBuilder()`.
///
/// Structures with a blob compare it by identity, as records do with arrays.
public interface ApiShape {
    /// Writes every member that is there as one JSON object, also those that a request carries in its path, query or
    /// headers: `read` takes the object back whole.
    void write(JsonGenerator json) throws IOException;

    /// The HTTP response that carries this structure; some bring a status of their own.
    default ApiResponse toResponse(int status) {
        return ApiResponse.json(status, this);
    }
}
