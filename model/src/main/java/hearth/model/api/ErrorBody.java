package hearth.model.api;

import com.fasterxml.jackson.core.JsonGenerator;
import hearth.model.ApiException;
import java.io.IOException;
import java.util.LinkedHashMap;

/// How a refusal is answered: `x-amzn-ErrorType`, and a JSON body whose message key depends on the error.
final class ErrorBody {
    private ErrorBody() {}

    static ApiResponse response(ApiException refusal) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amzn-ErrorType", refusal.error().wireName());
        var body = JsonOutput.bytes(json -> write(refusal, json));
        return new ApiResponse(refusal.error().status(), headers, body, ApiResponse.JSON);
    }

    private static void write(ApiException refusal, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (var member : refusal.members().entrySet()) {
            json.writeStringField(member.getKey(), member.getValue());
        }
        if (refusal.typed()) {
            json.writeStringField("Type", refusal.error().status() >= 500 ? "Service" : "User");
        }
        json.writeStringField(refusal.error().messageKey(), refusal.message());
        json.writeEndObject();
    }
}
