package hearth.link.wire;

import java.time.Duration;

/// When the other side of a connection is taken for dead.
///
/// Counted in ticks and not by the clock, which goes on while this process is stopped and could not have heard
/// anything.
///
/// @param tick how often each side says that it lives
/// @param silence so many ticks without a word, or without taking one, and the other is dead
/// @param handshake how long a newcomer may take to introduce itself
public record LinkTiming(Duration tick, int silence, Duration handshake) {
    /// Dead within three seconds.
    public static final LinkTiming DEFAULT = new LinkTiming(Duration.ofMillis(500), 6, Duration.ofSeconds(5));
}
