package hearth.worker.logs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// Reads the framed records of `_LAMBDA_TELEMETRY_LOG_FD`, big-endian: `u32 type | u32 length | u64 µs | bytes`.
///
/// A runtime that writes something else there is not believed any more: the rest is taken for lines. The excess
/// of a record that is too long is thrown away.
final class FrameParser implements OutputSink {
    private static final int HEADER = 16;
    private static final int MAGIC = 0xA55A0000;
    private static final int MAGIC_MASK = 0xFFFFFFE0;
    private static final int JSON = 0b10;
    private static final int TEXT = 0b11;

    private final Frames frames;
    private final LineSplitter otherwise;
    private final byte[] header = new byte[HEADER];
    private int headerSize;
    private boolean lines;

    private LogLevel level = LogLevel.INFO;
    private long epochMicros;
    private byte[] record = new byte[0];
    private int recordSize;
    private int excess;

    /// Takes whole records.
    @FunctionalInterface
    interface Frames {
        void record(LogLevel level, long epochMicros, byte[] message);
    }

    FrameParser(Frames frames, LineSplitter otherwise) {
        this.frames = frames;
        this.otherwise = otherwise;
    }

    @Override
    public void accept(ByteBuf bytes) {
        while (bytes.isReadable()) {
            if (lines) {
                otherwise.accept(bytes);
            } else if (headerSize < HEADER) {
                readHeader(bytes);
            } else {
                readRecord(bytes);
            }
            if (headerSize == HEADER && recordSize == record.length && excess == 0) {
                end();
            }
        }
    }

    /// A frame is written in one piece or soon complete: only lines can be left.
    @Override
    public void flush() {
        otherwise.flush();
    }

    private void readHeader(ByteBuf bytes) {
        int length = Math.min(HEADER - headerSize, bytes.readableBytes());
        bytes.readBytes(header, headerSize, length);
        headerSize += length;
        if (headerSize < HEADER) {
            return;
        }
        var fields = Unpooled.wrappedBuffer(header);
        int type = fields.readInt();
        long announced = fields.readUnsignedInt();
        epochMicros = fields.readLong();
        int form = type & 0b11;
        if ((type & MAGIC_MASK) != MAGIC || (form != JSON && form != TEXT) || announced > Integer.MAX_VALUE) {
            lines = true;
            headerSize = 0;
            otherwise.accept(Unpooled.wrappedBuffer(header));
            return;
        }
        level = LogLevel.ofMask(type >> 2 & 0b111);
        record = new byte[(int) Math.min(announced, bytes.readableBytes())];
        recordSize = 0;
        excess = (int) (announced - record.length);
        grow();
    }

    /// Memory grows with what arrives, not with what was announced.
    private void grow() {
        int more = Math.min(excess, Math.max(0, LineSplitter.MAX_RECORD - record.length));
        if (recordSize == record.length && more > 0) {
            more = Math.min(more, Math.max(1024, record.length));
            record = Arrays.copyOf(record, record.length + more);
            excess -= more;
        }
    }

    private void readRecord(ByteBuf bytes) {
        int length = Math.min(record.length - recordSize, bytes.readableBytes());
        bytes.readBytes(record, recordSize, length);
        recordSize += length;
        grow();
        if (recordSize == record.length && excess > 0) {
            int skipped = Math.min(excess, bytes.readableBytes());
            bytes.skipBytes(skipped);
            excess -= skipped;
        }
    }

    private void end() {
        headerSize = 0;
        for (int i = 0; i < record.length; i++) {
            // Runtimes write line breaks within a record as CR.
            if (record[i] == '\r') {
                record[i] = '\n';
            }
        }
        frames.record(level, epochMicros, record);
        record = new byte[0];
        recordSize = 0;
    }
}
