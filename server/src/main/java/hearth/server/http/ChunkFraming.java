package hearth.server.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Where a body's bytes begin and end: chunks (RFC 9112 section 7.1), or one run of a known length.
///
/// Chunk extensions and trailer fields are read over. Lines must end with CRLF here, since an intermediary that
/// disagrees about a chunk's end would disagree about the next request's beginning.
final class ChunkFraming {
    private static final int LONGEST_SIZE_LINE = 4096;
    private static final int LONGEST_TRAILER = 16 << 10;
    private static final int MOST_SIZE_DIGITS = 8;

    private enum State {
        SIZE_LINE,
        DATA,
        DATA_END,
        TRAILER,
        COMPLETE
    }

    private final boolean single;
    private State state;
    private long left;
    private int trailerBytes;

    private ChunkFraming(boolean single, State state, long left) {
        this.single = single;
        this.state = state;
        this.left = left;
    }

    static ChunkFraming single(long length) {
        return new ChunkFraming(true, length == 0 ? State.COMPLETE : State.DATA, length);
    }

    static ChunkFraming chunked() {
        return new ChunkFraming(false, State.SIZE_LINE, 0);
    }

    boolean isSingle() {
        return single;
    }

    boolean isComplete() {
        return state == State.COMPLETE;
    }

    /// Reads what stands between data, and answers how many bytes of data come next; 0 when that is not known yet.
    long advance(ByteBuf in) throws MalformedRequestException {
        while (true) {
            switch (state) {
                case DATA, COMPLETE -> {
                    return left;
                }
                case DATA_END -> {
                    if (in.readableBytes() < 2) {
                        return 0;
                    }
                    if (in.readByte() != '\r' || in.readByte() != '\n') {
                        throw new MalformedRequestException("A chunk must end with CRLF.");
                    }
                    state = State.SIZE_LINE;
                }
                case SIZE_LINE -> {
                    int end = lineEnd(in, LONGEST_SIZE_LINE);
                    if (end < 0) {
                        return 0;
                    }
                    left = chunkSize(in, end);
                    in.readerIndex(end + 2);
                    state = left == 0 ? State.TRAILER : State.DATA;
                }
                case TRAILER -> {
                    int end = lineEnd(in, LONGEST_TRAILER - trailerBytes);
                    if (end < 0) {
                        return 0;
                    }
                    trailerBytes += end + 2 - in.readerIndex();
                    boolean last = end == in.readerIndex();
                    in.readerIndex(end + 2);
                    if (last) {
                        state = State.COMPLETE;
                    }
                }
            }
        }
    }

    /// Notes that so many bytes of data have been taken.
    void consumed(int bytes) {
        left -= bytes;
        if (left == 0) {
            state = single ? State.COMPLETE : State.DATA_END;
        }
    }

    /// The index of the CR that ends the next line, or -1 when the line is not whole yet.
    private static int lineEnd(ByteBuf in, int longest) throws MalformedRequestException {
        int start = in.readerIndex();
        int feed = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if ((feed < 0 ? in.writerIndex() : feed) - start > longest) {
            throw new MalformedRequestException("A line of the chunked body is too long.");
        }
        if (feed < 0) {
            return -1;
        }
        if (feed == start || in.getByte(feed - 1) != '\r') {
            throw new MalformedRequestException("Lines of a chunked body must end with CRLF.");
        }
        // A CR alone is the end of a line to some.
        if (in.indexOf(start, feed - 1, (byte) '\r') >= 0 || in.indexOf(start, feed - 1, (byte) 0) >= 0) {
            throw new MalformedRequestException("A line of a chunked body holds a character that it may not.");
        }
        return feed - 1;
    }

    private static long chunkSize(ByteBuf in, int end) throws MalformedRequestException {
        var line = in.toString(in.readerIndex(), end - in.readerIndex(), StandardCharsets.ISO_8859_1);
        int semicolon = line.indexOf(';');
        var digits = semicolon < 0 ? line : line.substring(0, semicolon).stripTrailing();
        if (digits.isEmpty()
                || digits.length() > MOST_SIZE_DIGITS
                || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new MalformedRequestException("The size of a chunk must be a hexadecimal number.");
        }
        return Long.parseLong(digits, 16);
    }
}
