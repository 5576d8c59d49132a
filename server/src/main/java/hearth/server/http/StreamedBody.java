package hearth.server.http;

/// The body of an answer that is made while it is sent. May be used by any thread, but by one at a time.
public interface StreamedBody {
    /// Of an answer that nobody waits for.
    StreamedBody NOWHERE = new StreamedBody() {
        @Override
        public void write(byte[] piece, Runnable taken) {
            taken.run();
        }

        @Override
        public void end(byte[] piece) {}

        @Override
        public void breakOff() {}
    };

    /// Sends the next piece.
    ///
    /// @param piece not to be changed by anyone
    /// @param taken run once, when the client has taken most of what it was sent, or is gone
    void write(byte[] piece, Runnable taken);

    /// Ends the answer; a last piece comes with it.
    void end(byte[] piece);

    /// Gives the answer up: its connection is cut, so that the client sees that something is missing. Of what was
    /// written all that the client takes in time is sent.
    void breakOff();
}
