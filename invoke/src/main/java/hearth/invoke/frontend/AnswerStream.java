package hearth.invoke.frontend;

/// Takes an answer piece by piece, and says when it has room for the next: no more than one is ever on its way.
@FunctionalInterface
public interface AnswerStream {
    /// Not called again before the last piece was taken. On any thread: must not block.
    ///
    /// @param piece not to be changed by anyone
    /// @param taken to be run once, by any thread, when there is room for another piece, or nobody left who wants
    ///     one
    void write(byte[] piece, Runnable taken);
}
