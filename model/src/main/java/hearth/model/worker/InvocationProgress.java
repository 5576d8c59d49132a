package hearth.model.worker;

/// What happens to an invocation, as its worker tells the Frontend.
public sealed interface InvocationProgress extends WorkerEvent {
    /// Of the invocation.
    String requestId();

    /// The reservation it was sent with: tells this attempt from one in another environment.
    Reservation reservation();

    /// The function begins to answer piece by piece. Only if the invocation `streams`, and once at most.
    ///
    /// @param contentType as the runtime gave it
    record Began(String requestId, Reservation reservation, String contentType) implements InvocationProgress {}

    /// A piece of the answer. The next one comes after the `Credit` for this.
    ///
    /// @param number counts the pieces of this answer, from 1
    /// @param bytes not to be changed by anyone
    record Piece(String requestId, Reservation reservation, long number, byte[] bytes) implements InvocationProgress {}

    /// It is over: the last that is told of it.
    record Ended(String requestId, Reservation reservation, InvocationOutcome outcome) implements InvocationProgress {}
}
