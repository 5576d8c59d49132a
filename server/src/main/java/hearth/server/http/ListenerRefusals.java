package hearth.server.http;

import hearth.model.ApiError;
import hearth.model.ApiException;
import org.jspecify.annotations.Nullable;

/// What the listener itself refuses a request with.
final class ListenerRefusals {
    private ListenerRefusals() {}

    static ApiException malformed(@Nullable String why) {
        return new ApiException(ApiError.BAD_REQUEST, String.valueOf(why));
    }

    static ApiException endedEarly() {
        return malformed("The request ended before it was whole.");
    }

    static ApiException tooSlow() {
        return new ApiException(ApiError.REQUEST_TIMEOUT, "The request was not whole in time.");
    }

    static ApiException noMemory() {
        return new ApiException(ApiError.TOO_MANY_REQUESTS, "Rate Exceeded.").with("Reason", "CallerRateLimitExceeded");
    }

    static ApiException neverAnyRoom() {
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE, "The server has too little memory for a request of this size.");
    }
}
