package hearth.control.functions;

import hearth.control.operation.Marker;
import hearth.model.api.FunctionConfiguration;
import org.jspecify.annotations.Nullable;

/// The common parts of lists of functions and of versions: their pages, markers and the members that items lack.
final class Listing {
    /// A page is never larger, whatever MaxItems says.
    private static final int LARGEST_PAGE = 50;

    private Listing() {}

    static int pageSize(@Nullable Integer maxItems) {
        return Marker.pageSize(maxItems, LARGEST_PAGE);
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

    /// The end of a page: a function's name and a version's number, 0 for `$LATEST`. Opaque to callers.
    record Position(String name, long version) {
        private static final Position START = new Position("", 0);

        static Position of(@Nullable String marker) {
            var position = Marker.read(marker);
            if (position.isEmpty()) {
                return START;
            }
            int end = position.indexOf('/');
            try {
                if (end > 0) {
                    return new Position(position.substring(0, end), Long.parseLong(position.substring(end + 1)));
                }
            } catch (NumberFormatException e) {
                // Refused below.
            }
            throw Marker.invalid();
        }

        static Position of(FunctionConfiguration last) {
            var version = String.valueOf(last.version());
            return new Position(
                    String.valueOf(last.functionName()), version.startsWith("$") ? 0 : Long.parseLong(version));
        }

        String marker() {
            return Marker.of(name + "/" + version);
        }
    }
}
