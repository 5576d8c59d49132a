package hearth.server.http;

/// How an answer goes that is sent piece by piece.
enum AnswerProgress {
    /// The client has something to take.
    SENDING,
    /// The client has taken all that there is, and more will come.
    WAITING,
    /// The client has taken everything.
    WHOLE,
    /// There was no more to send, or the client was gone.
    FAILED
}
