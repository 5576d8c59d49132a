package hearth.model.api;

import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Reads numbers, booleans and timestamps out of paths, queries and headers. An empty text is an absent one.
final class TextInput {
    /// Years 0 to 9999, beyond which timestamps are nonsense.
    private static final double LATEST = 253_402_300_799.0;

    private static final double EARLIEST = -62_167_219_200.0;

    private TextInput() {}

    static @Nullable Integer integer(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw JsonInput.conversion("STRING_VALUE", "Integer");
        }
    }

    static @Nullable Long longInteger(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw JsonInput.conversion("STRING_VALUE", "Long");
        }
    }

    static @Nullable Boolean bool(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw JsonInput.conversion("STRING_VALUE", "Boolean");
        };
    }

    /// `2026-01-31T12:00:00Z`, or seconds since the epoch.
    static @Nullable Instant timestamp(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException notIso) {
            return timestampOfSeconds(text);
        }
    }

    private static Instant timestampOfSeconds(String text) {
        try {
            var instant = epochSeconds(Double.parseDouble(text));
            if (instant != null) {
                return instant;
            }
        } catch (NumberFormatException e) {
            // Answered below, as what is out of range is.
        }
        throw JsonInput.conversion("STRING_VALUE", "Timestamp");
    }

    static @Nullable Instant epochSeconds(double seconds) {
        return seconds >= EARLIEST && seconds <= LATEST ? Instant.ofEpochMilli(Math.round(seconds * 1000)) : null;
    }
}
