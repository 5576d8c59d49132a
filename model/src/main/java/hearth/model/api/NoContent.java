package hearth.model.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// The response of operations that answer nothing but a status.
public record NoContent() implements ApiShape {
    public static final NoContent INSTANCE = new NoContent();

    @Override
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeEndObject();
    }

    @Override
    public ApiResponse toResponse(int status) {
        return ApiResponse.builder(status, null).build();
    }
}
