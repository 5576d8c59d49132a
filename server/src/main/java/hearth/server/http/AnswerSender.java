package hearth.server.http;

/// Sends the body of an answer that is more than the connection holds at once.
///
/// Used on the connection's event loop only.
sealed interface AnswerSender extends AutoCloseable permits FileSender, BodySender {
    /// Bytes that the channel was not given yet, as far as known.
    long left();

    /// Sends nothing more. Safe to repeat.
    @Override
    void close();
}
