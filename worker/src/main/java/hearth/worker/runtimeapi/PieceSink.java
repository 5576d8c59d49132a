package hearth.worker.runtimeapi;

/// Takes an answer piece by piece, and says when it has room for the next: no more than one is ever on its way.
@FunctionalInterface
public interface PieceSink {
    /// Called on the environment's event loop, and not again before the last piece was taken: must not block.
    ///
    /// @param piece not to be changed by anyone
    /// @param taken to be run once, on the environment's event loop, when there is room for another piece
    void write(byte[] piece, Runnable taken);
}
