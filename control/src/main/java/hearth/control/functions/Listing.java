package hearth.control.functions;

import hearth.control.operation.Refusals;
import hearth.model.api.FunctionConfiguration;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// What lists of functions and of versions have in common: their pages, markers and the members that items lack.
final class Listing {
    /// A page is never larger, whatever MaxItems says.
    private static final int LARGEST_PAGE = 50;

    private Listing() {}

    static int pageSize(@Nullable Integer maxItems) {
        return maxItems == null ? LARGEST_PAGE : Math.min(maxItems, LARGEST_PAGE);
    }

    /// An item of a list has no state and no runtime version.
    static FunctionConfiguration item(FunctionConfiguration configuration) {
        return configuration.toBuilder()
                .state(null)
                .stateReason(null)
                .stateReasonCode(null)
                .lastUpdateStatus(null)
                .lastUpdateStatusReason(null)
                .lastUpdateStatusReasonCode(null)
                .runtimeVersionConfig(null)
                .build();
    }

    /// Where a page ended: a function's name and a version's number, 0 for `$LATEST`. Opaque to callers.
    record Position(String name, long version) {
        private static final Position START = new Position("", 0);

        static Position of(@Nullable String marker) {
            if (marker == null || marker.isEmpty()) {
                return START;
            }
            try {
                var text = new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
                int end = text.indexOf('/');
                if (end > 0) {
                    return new Position(text.substring(0, end), Long.parseLong(text.substring(end + 1)));
                }
            } catch (IllegalArgumentException e) {
                // Neither Base64 nor a number: refused below.
            }
            throw Refusals.invalid("Invalid Marker");
        }

        static Position of(FunctionConfiguration last) {
            var version = String.valueOf(last.version());
            return new Position(
                    String.valueOf(last.functionName()), version.startsWith("$") ? 0 : Long.parseLong(version));
        }

        String marker() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((name + "/" + version).getBytes(StandardCharsets.UTF_8));
        }
    }
}
