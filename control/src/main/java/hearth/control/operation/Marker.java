package hearth.control.operation;

import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The place where a page of a list ended, as callers carry it to their next request: opaque to them.
public final class Marker {
    private Marker() {}

    public static String of(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    /// The position that a marker was made of; empty for the list's start.
    public static String read(@Nullable String marker) {
        if (marker == null || marker.isEmpty()) {
            return "";
        }
        try {
            return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
    }

    public static ApiException invalid() {
        return Refusals.invalid("Invalid Marker");
    }

    /// The number of items on a page.
    ///
    /// @param maxItems as requested
    /// @param largest a page is never larger, whatever was requested
    public static int pageSize(@Nullable Integer maxItems, int largest) {
        return maxItems == null || maxItems < 1 ? largest : Math.min(maxItems, largest);
    }
}
