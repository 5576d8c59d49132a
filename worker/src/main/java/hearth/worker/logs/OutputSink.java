package hearth.worker.logs;

import io.netty.buffer.ByteBuf;

/// Takes the bytes of an output pipe as they come, in pieces of any size.
interface OutputSink {
    /// Reads all that is readable.
    void accept(ByteBuf bytes);

    /// What has come so far is to be recorded, also if it is not whole. More may come.
    void flush();

    /// Nothing more comes: the rest is recorded.
    default void close() {
        flush();
    }
}
