package hearth.server.http;

import org.jspecify.annotations.Nullable;

/// A request at its end.
///
/// @param remote the client's address
/// @param method empty, as is `path`, where no head could be read
/// @param path without the query, in which signatures are; its beginning, if it is long
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
        @Nullable RequestSubject subject) {
    /// The most characters that a record keeps of what a client wrote: a few requests shall not fill the files.
    private static final int LONGEST = 1024;

    /// A text as records keep it.
    public static String clipped(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        // Not between the halves of a character.
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + "…";
    }
}
