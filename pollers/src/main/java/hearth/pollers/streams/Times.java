package hearth.pollers.streams;

import java.math.BigDecimal;
import java.time.Instant;

/// Times in events.
public final class Times {
    private Times() {}

    /// Seconds, as numbers that every language reads as fractions: `1545084650.987`, `1545084651.0`.
    public static BigDecimal seconds(Instant time) {
        var seconds = BigDecimal.valueOf(time.toEpochMilli(), 3).stripTrailingZeros();
        return seconds.scale() < 1 ? seconds.setScale(1) : seconds;
    }
}
