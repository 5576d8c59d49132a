package hearth.worker.runtimeapi;

import org.jspecify.annotations.Nullable;

/// A request's line and the headers that matter to the Runtime API.
///
/// @param requestId of the path; empty for calls that have none
/// @param contentLength -1 when there is none
/// @param keepAlive whether the connection may serve another request
record RequestHead(
        Call call,
        String requestId,
        long contentLength,
        boolean chunked,
        boolean expectsContinue,
        boolean keepAlive,
        @Nullable String contentType,
        @Nullable String errorType,
        @Nullable String responseMode) {

    /// What is asked for.
    enum Call {
        PING,
        NEXT,
        RESPONSE,
        ERROR,
        INIT_ERROR,
        /// Under SnapStart only, as is the next.
        RESTORE_NEXT,
        RESTORE_ERROR,
        UNKNOWN_PATH,
        WRONG_METHOD
    }

    boolean hasBody() {
        return chunked || contentLength > 0;
    }
}
