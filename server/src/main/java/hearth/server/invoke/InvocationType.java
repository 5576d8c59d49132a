package hearth.server.invoke;

import org.jspecify.annotations.Nullable;

/// `X-Amz-Invocation-Type`, once `RequestCheck` has seen it.
enum InvocationType {
    REQUEST_RESPONSE,
    EVENT,
    DRY_RUN;

    static InvocationType of(@Nullable String wireName) {
        return switch (wireName) {
            case null -> REQUEST_RESPONSE;
            case "RequestResponse" -> REQUEST_RESPONSE;
            case "Event" -> EVENT;
            case "DryRun" -> DRY_RUN;
            default -> throw new IllegalArgumentException("No invocation type: " + wireName);
        };
    }
}
