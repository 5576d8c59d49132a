package hearth.worker.logs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// Reads all that a process writes: text, and between it the framed records of `_LAMBDA_TELEMETRY_LOG_FD`, which is the
/// same pipe so that both stay in their order. A frame is, big-endian, `u32 type | u32 length | u64 µs | bytes`, and
/// its type begins with bytes that text does not have.
///
/// The excess of a record that is too long is thrown away.
final class FrameParser implements OutputSink {
    private static final int HEADER = 16;
    private static final byte FIRST = (byte) 0xA5;
    private static final int MAGIC = 0xA55A0000;
    private static final int MAGIC_MASK = 0xFFFFFFE0;
    private static final int JSON = 0b10;
    private static final int TEXT = 0b11;

    private final Frames frames;
    private final OutputSink text;

    /// The beginning of a frame; or, while shorter than its type, what may be one.
    private final byte[] header = new byte[HEADER];

    private int headerSize;

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

    /// @param text takes what is outside of frames; flushed where one begins
    FrameParser(Frames frames, OutputSink text) {
        this.frames = frames;
        this.text = text;
    }

    @Override
    public void accept(ByteBuf piece) {
        var bytes = withHeldBack(piece);
        while (bytes.isReadable()) {
            if (headerSize == 0) {
                readText(bytes);
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

    /// A frame is written in one piece or soon complete: only text can be left.
    @Override
    public void flush() {
        if (headerSize == 0) {
            text.flush();
        }
    }

    /// What is left of a frame is better than nothing.
    @Override
    public void close() {
        if (headerSize < HEADER) {
            text.accept(Unpooled.wrappedBuffer(header, 0, headerSize));
        } else {
            record = Arrays.copyOf(record, recordSize);
            end();
        }
        headerSize = 0;
        text.close();
    }

    private ByteBuf withHeldBack(ByteBuf piece) {
        if (headerSize == 0 || headerSize >= Integer.BYTES) {
            return piece;
        }
        var held = Unpooled.copiedBuffer(header, 0, headerSize);
        headerSize = 0;
        return Unpooled.wrappedBuffer(held, piece);
    }

    /// Up to where a frame begins, or may begin.
    private void readText(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int end = bytes.writerIndex();
        int at = bytes.indexOf(start, end, FIRST);
        while (at >= 0 && !mayBegin(bytes, at)) {
            at = bytes.indexOf(at + 1, end, FIRST);
        }
        if (at != start) {
            text.accept(bytes.readSlice((at < 0 ? end : at) - start));
        }
        if (at >= 0) {
            readHeader(bytes);
        }
    }

    private static boolean mayBegin(ByteBuf bytes, int at) {
        int there = Math.min(Integer.BYTES, bytes.writerIndex() - at);
        if (there == Integer.BYTES) {
            int type = bytes.getInt(at);
            int form = type & 0b11;
            return (type & MAGIC_MASK) == MAGIC && (form == JSON || form == TEXT);
        }
        for (int i = 1; i < there; i++) {
            if (bytes.getByte(at + i) != (byte) (MAGIC >>> (24 - 8 * i))) {
                return false;
            }
        }
        return true;
    }

    private void readHeader(ByteBuf bytes) {
        int length = Math.min(HEADER - headerSize, bytes.readableBytes());
        bytes.readBytes(header, headerSize, length);
        headerSize += length;
        if (headerSize >= Integer.BYTES) {
            text.flush();
        }
        if (headerSize < HEADER) {
            return;
        }
        var fields = Unpooled.wrappedBuffer(header);
        level = LogLevel.ofMask(fields.readInt() >> 2 & 0b111);
        int announced = (int) Math.min(fields.readUnsignedInt(), Integer.MAX_VALUE);
        epochMicros = fields.readLong();
        record = new byte[Math.min(announced, bytes.readableBytes())];
        recordSize = 0;
        excess = announced - record.length;
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
