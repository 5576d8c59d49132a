package hearth.model;

import java.time.Duration;
import java.util.Optional;

/// How the asynchronous invocations of a version or an alias are to be treated.
///
/// @param maximumAge how old an event may get before it is given up
/// @param retries how often an event is tried again after the function failed on it
/// @param onSuccess the ARN of what hears of an event that the function took
/// @param onFailure the ARN of what hears of an event that was given up
/// @param deadLetterQueue the ARN of the queue or topic that gets an event that was given up: of the function as a
///     whole, as `$LATEST` has it
public record EventInvokeConfig(
        Duration maximumAge,
        int retries,
        Optional<String> onSuccess,
        Optional<String> onFailure,
        Optional<String> deadLetterQueue) {
    /// What AWS lets a function have at most.
    public static final int MOST_RETRIES = 2;

    /// The config of a qualifier for which nothing is configured.
    public static final EventInvokeConfig DEFAULT = new EventInvokeConfig(
            Duration.ofHours(6), MOST_RETRIES, Optional.empty(), Optional.empty(), Optional.empty());

    /// The same for a version or an alias that is gone, and with it those who were to hear of its events.
    public EventInvokeConfig deadLettersAlone() {
        return new EventInvokeConfig(maximumAge, retries, Optional.empty(), Optional.empty(), deadLetterQueue);
    }
}
