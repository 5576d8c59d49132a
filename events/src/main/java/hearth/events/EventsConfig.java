package hearth.events;

import java.time.Duration;

/// How events are treated whose functions' configuration leaves it open.
///
/// @param retryBase the wait before a failed event's first retry; the second waits twice as long (`--retry-base`)
/// @param mostAtOnce how many events of one function may be in work at once
/// @param deliveriesAtOnce how many messages to one queue, topic, bus or bucket
/// @param deliveryAge how long a message is tried to be delivered
/// @param drain how long a server that stops waits for what is in work (`--drain`)
public record EventsConfig(
        Duration retryBase, int mostAtOnce, int deliveriesAtOnce, Duration deliveryAge, Duration drain) {
    public static final EventsConfig DEFAULT =
            new EventsConfig(Duration.ofMinutes(1), 256, 16, Duration.ofHours(6), Duration.ofSeconds(5));
}
