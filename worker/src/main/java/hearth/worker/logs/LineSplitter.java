package hearth.worker.logs;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/// Makes a record of each line of stdout and stderr. A line that is too long becomes several.
final class LineSplitter implements OutputSink {
    /// The most that CloudWatch Logs takes as one event.
    static final int MAX_RECORD = 256 << 10;

    private final Consumer<byte[]> records;
    private byte[] partial = new byte[0];
    private int size;

    /// @param records takes lines with their line breaks
    LineSplitter(Consumer<byte[]> records) {
        this.records = records;
    }

    @Override
    public void accept(ByteBuf bytes) {
        while (bytes.isReadable()) {
            int lineBreak = bytes.bytesBefore((byte) '\n');
            int length = Math.min(lineBreak < 0 ? bytes.readableBytes() : lineBreak + 1, MAX_RECORD - size);
            add(bytes, length);
            if ((lineBreak >= 0 && length == lineBreak + 1) || size == MAX_RECORD) {
                flush();
            }
        }
    }

    @Override
    public void flush() {
        if (size > 0) {
            records.accept(Arrays.copyOf(partial, size));
            size = 0;
            partial = new byte[0];
        }
    }

    private void add(ByteBuf bytes, int length) {
        if (partial.length < size + length) {
            partial = Arrays.copyOf(partial, Math.max(size + length, Math.min(size * 2, MAX_RECORD)));
        }
        bytes.readBytes(partial, size, length);
        size += length;
    }
}
