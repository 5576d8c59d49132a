package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;

/// Where the body of a post goes.
sealed interface BodySink permits BodyCollector, BodyStreamer {
    /// Takes bytes out of the buffer: all, or as many as there is room for.
    ///
    /// @return whether there is room for more
    boolean add(ByteBuf in, int length);

    /// Whether there is no room for more, for now.
    boolean isFull();

    /// Whether the body is larger than an answer may be. What still comes of it is thrown away.
    boolean overflown();

    /// How many bytes it may have.
    long limit();

    /// Gives back the memory that was taken for the body, which nobody wants any more. Safe to repeat.
    void release();
}
