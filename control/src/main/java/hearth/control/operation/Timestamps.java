package hearth.control.operation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// `LastModified` as the API writes it.
public final class Timestamps {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneOffset.UTC);

    private Timestamps() {}

    public static String of(Instant instant) {
        return FORMAT.format(instant);
    }
}
