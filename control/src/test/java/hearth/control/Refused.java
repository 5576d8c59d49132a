package hearth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hearth.model.ApiError;
import hearth.model.ApiException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What tests say of requests that are refused.
public final class Refused {
    private Refused() {}

    /// Requires that a request is refused, with this error and exactly this message.
    public static ApiException refused(ThrowingCallable request, ApiError error, String message) {
        var refusal = catchThrowableOfType(ApiException.class, request);
        assertThat(refusal).hasMessage(message);
        assertThat(refusal.error()).isEqualTo(error);
        return refusal;
    }

    /// Requires that a request is refused, with this error.
    public static ApiException refused(ThrowingCallable request, ApiError error) {
        var refusal = catchThrowableOfType(ApiException.class, request);
        assertThat(refusal).isNotNull();
        assertThat(refusal.error()).as(refusal.getMessage()).isEqualTo(error);
        return refusal;
    }
}
