package hearth.server.http;

import org.jspecify.annotations.Nullable;

/// A request at its end.
///
/// @param remote the client's address
/// @param method empty, as is `path`, where no head could be read
/// @param path without the query, in which signatures are
/// @param status of the answer
/// @param nanos from the end of the head to the answer, or to the end of one that was sent piece by piece
/// @param bytes of the answer's body; -1 where nobody counted
/// @param cutOff whether the client was gone before it had the answer
/// @param error wire name of the error that was answered
/// @param functionError what the function failed by, of an invocation
/// @param subject null where the request was refused before it was understood
public record AnsweredRequest(
        String requestId,
        String remote,
        String method,
        String path,
        int status,
        long nanos,
        long bytes,
        boolean cutOff,
        @Nullable String error,
        @Nullable String functionError,
        @Nullable RequestSubject subject) {}
