package hearth.worker.logs;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Moments and durations as both forms of a platform record have them.
final class FormNumbers {
    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private FormNumbers() {}

    static String isoMillis(Instant time) {
        return ISO_MILLIS.format(time);
    }

    /// Milliseconds with two decimals, rounded half up.
    static String millis(Duration duration) {
        return hundredths((duration.toNanos() + 5_000) / 10_000 * 10);
    }

    /// Seconds with two decimals, rounded down.
    static String seconds(Duration duration) {
        return hundredths(duration.toMillis());
    }

    private static String hundredths(long thousandths) {
        long rest = thousandths % 1000 / 10;
        return thousandths / 1000 + (rest < 10 ? ".0" : ".") + rest;
    }
}
