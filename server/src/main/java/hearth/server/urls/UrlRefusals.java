package hearth.server.urls;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.model.api.JsonOutput;
import hearth.server.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every answer of a function URL that no function gave, in AWS's words.
final class UrlRefusals {
    /// 6 MiB: the most that an invocation may bring.
    static final int LARGEST_EVENT = 6_291_456;

    private static final int FORBIDDEN = 403;

    private UrlRefusals() {}

    /// There is no URL of this id.
    static HttpResponse unknown() {
        return refusal(FORBIDDEN, ApiError.ACCESS_DENIED, null);
    }

    /// The policy does not let the caller in, nobody signed, or what the URL was made for is gone.
    static HttpResponse forbidden() {
        return refusal(
                FORBIDDEN,
                ApiError.ACCESS_DENIED,
                "Forbidden. For troubleshooting Function URL authorization issues, see:"
                        + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html");
    }

    /// The signature is not good.
    static HttpResponse unproven(ApiException why) {
        return why.error() == ApiError.MISSING_AUTHENTICATION_TOKEN
                ? forbidden()
                : refusal(FORBIDDEN, why.error(), why.message());
    }

    static ApiException tooLarge() {
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Request must be smaller than " + LARGEST_EVENT + " bytes for the InvokeFunction operation");
    }

    static HttpResponse of(ApiException refusal) {
        return refusal(refusal.error().status(), refusal.error(), refusal.message());
    }

    static HttpResponse methodNotAllowed(String method) {
        return of(new ApiException(
                ApiError.METHOD_NOT_ALLOWED,
                "The method " + method + " is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT."));
    }

    static HttpResponse throttled() {
        return refusal(429, ApiError.TOO_MANY_REQUESTS, "Rate Exceeded.");
    }

    /// The function failed, could not be run, or answered what no HTTP answer can be made of. Why is between it and its
    /// log.
    static HttpResponse failed() {
        return new HttpResponse(
                502,
                Map.of("Content-Type", ApiResponse.JSON),
                "Internal Server Error".getBytes(StandardCharsets.US_ASCII));
    }

    /// Nothing is wrong with the function.
    static HttpResponse unavailable() {
        return refusal(503, ApiError.SERVICE_UNAVAILABLE, "Service Unavailable");
    }

    private static HttpResponse refusal(int status, ApiError error, @Nullable String message) {
        return new HttpResponse(
                status,
                Map.of("Content-Type", ApiResponse.JSON, "x-amzn-ErrorType", error.wireName()),
                JsonOutput.bytes(json -> {
                    json.writeStartObject();
                    json.writeStringField("Message", message);
                    json.writeEndObject();
                }));
    }
}
