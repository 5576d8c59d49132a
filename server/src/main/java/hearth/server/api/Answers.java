package hearth.server.api;

import hearth.invoke.frontend.InvocationResponse;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.server.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers of the API as HTTP.
final class Answers {
    private static final String CONTENT_TYPE = "Content-Type";

    private Answers() {}

    static HttpResponse of(ApiException refusal) {
        return of(ApiResponse.of(refusal));
    }

    static HttpResponse of(ApiResponse response) {
        var headers = new LinkedHashMap<String, String>();
        put(headers, CONTENT_TYPE, response.contentType());
        headers.putAll(response.headers());
        return new HttpResponse(response.status(), headers, response.body());
    }

    static HttpResponse of(InvocationResponse response) {
        var headers = headOf(response, response.contentType());
        put(headers, "X-Amz-Function-Error", response.functionError());
        put(headers, "X-Amz-Log-Result", response.logResult());
        return new HttpResponse(response.status(), headers, response.payload());
    }

    /// The headers that an answer has however it ends.
    static Map<String, String> headOf(InvocationResponse response, @Nullable String contentType) {
        var headers = new LinkedHashMap<String, String>();
        put(headers, CONTENT_TYPE, contentType);
        put(headers, "X-Amz-Executed-Version", response.executedVersion());
        put(headers, "X-Amzn-Trace-Id", response.traceHeader());
        return headers;
    }

    private static void put(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, value);
        }
    }
}
