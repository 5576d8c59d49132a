package hearth.worker.runtimeapi;

import hearth.worker.runtimeapi.RequestHead.Call;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads HTTP/1.1 requests of the few kinds that runtimes send: strictly, incrementally, and within bounded
/// memory.
///
/// Fed with whatever has arrived, it takes whole lines and body bytes out of the buffer and leaves the rest. A
/// body goes to the `BodySink` that the connection sets after a head, or nowhere. Each byte is looked at
/// once, so a runtime that sends one byte at a time costs no more than its packets.
final class RequestDecoder {
    /// For a request's line, headers, chunk sizes and trailers together. X-Ray causes may have 64 KiB.
    static final int MAX_HEAD = 128 << 10;

    private static final int LONGEST_NUMBER = 15;
    private static final int LONGEST_KEPT_LINE = 2 << 10;

    /// What `decode` found.
    enum Found {
        /// `head()` is there; its body, if it has one, follows.
        HEAD,
        /// The request is complete.
        END,
        /// More must arrive first, or the body has no room.
        NOTHING
    }

    private enum Expecting {
        REQUEST_LINE,
        HEADER,
        SIZED_BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        END
    }

    private Expecting expecting = Expecting.REQUEST_LINE;
    private byte[] line = new byte[256];
    private int lineLength;
    /// How many of the buffer's bytes were searched for a line's end in vain.
    private int searched;

    private int headBytes;
    private long bodyLeft;
    private @Nullable BodySink sink;

    private Route route = new Route(Call.UNKNOWN_PATH, "");
    private long contentLength;
    private boolean chunked;
    private boolean expectsContinue;
    private boolean keepAlive;
    private @Nullable String contentType;
    private @Nullable String errorType;
    private @Nullable String responseMode;
    private @Nullable String trailingErrorType;
    private @Nullable String trailingErrorBody;

    /// Where the body that follows goes; without this it is thrown away.
    void pour(BodySink sink) {
        this.sink = sink;
    }

    /// Memory that a long line has made it take.
    int memory() {
        return line.length;
    }

    @Nullable
    String trailingErrorType() {
        return trailingErrorType;
    }

    /// In base64.
    @Nullable
    String trailingErrorBody() {
        return trailingErrorBody;
    }

    RequestHead head() {
        return new RequestHead(
                route.call(),
                route.requestId(),
                contentLength,
                chunked,
                expectsContinue,
                keepAlive,
                contentType,
                errorType,
                responseMode);
    }

    Found decode(ByteBuf in) throws MalformedRequest {
        while (true) {
            switch (expecting) {
                case REQUEST_LINE -> {
                    if (!readLine(in)) {
                        return Found.NOTHING;
                    }
                    // A blank line between requests is allowed.
                    if (lineLength > 0) {
                        begin();
                    }
                }
                case HEADER -> {
                    if (!readLine(in)) {
                        return Found.NOTHING;
                    }
                    if (lineLength == 0) {
                        endHead();
                        return Found.HEAD;
                    }
                    header(false);
                }
                case SIZED_BODY, CHUNK -> {
                    if (!readBody(in)) {
                        return Found.NOTHING;
                    }
                    expecting = expecting == Expecting.CHUNK ? Expecting.CHUNK_END : Expecting.END;
                }
                case CHUNK_SIZE -> {
                    if (!readLine(in)) {
                        return Found.NOTHING;
                    }
                    bodyLeft = chunkSize();
                    expecting = bodyLeft == 0 ? Expecting.TRAILER : Expecting.CHUNK;
                }
                case CHUNK_END -> {
                    if (!readLine(in)) {
                        return Found.NOTHING;
                    }
                    check(lineLength == 0, "chunk without end");
                    // A long body may have any number of chunks; only what lies between two of them is bounded.
                    headBytes = 0;
                    expecting = Expecting.CHUNK_SIZE;
                }
                case TRAILER -> {
                    if (!readLine(in)) {
                        return Found.NOTHING;
                    }
                    if (lineLength == 0) {
                        expecting = Expecting.END;
                    } else {
                        header(true);
                    }
                }
                case END -> {
                    expecting = Expecting.REQUEST_LINE;
                    headBytes = 0;
                    sink = null;
                    if (line.length > LONGEST_KEPT_LINE) {
                        line = new byte[LONGEST_KEPT_LINE];
                    }
                    return Found.END;
                }
            }
        }
    }

    private void begin() throws MalformedRequest {
        int afterMethod = indexOf(' ', 0);
        int afterTarget = indexOf(' ', afterMethod + 1);
        check(afterMethod > 0 && afterTarget > afterMethod + 1, "request line");
        var version = text(afterTarget + 1, lineLength);
        check(version.equals("HTTP/1.1") || version.equals("HTTP/1.0"), "version");
        route = Route.of(text(0, afterMethod), text(afterMethod + 1, afterTarget));
        contentLength = -1;
        chunked = false;
        expectsContinue = false;
        keepAlive = version.equals("HTTP/1.1");
        contentType = null;
        errorType = null;
        responseMode = null;
        trailingErrorType = null;
        trailingErrorBody = null;
        expecting = Expecting.HEADER;
    }

    private void endHead() throws MalformedRequest {
        check(!chunked || contentLength < 0, "both Content-Length and Transfer-Encoding");
        if (chunked) {
            expecting = Expecting.CHUNK_SIZE;
        } else {
            bodyLeft = Math.max(0, contentLength);
            expecting = bodyLeft == 0 ? Expecting.END : Expecting.SIZED_BODY;
        }
    }

    private void header(boolean trailer) throws MalformedRequest {
        int colon = indexOf(':', 0);
        check(colon > 0, "header without name");
        for (int i = 0; i < colon; i++) {
            check(line[i] > ' ' && line[i] < 0x7f, "header name");
        }
        for (int i = colon + 1; i < lineLength; i++) {
            check(line[i] < 0 || line[i] >= ' ' || line[i] == '\t', "header value");
        }
        switch (colon) {
            // The lengths of the names that matter; no other is made a string.
            case 6, 10, 12, 14, 17, 34, 37 -> {
                var name = text(0, colon).toLowerCase(Locale.ROOT);
                var value = text(colon + 1, lineLength).strip();
                if (trailer) {
                    trailer(name, value);
                } else {
                    header(name, value);
                }
            }
            default -> {}
        }
    }

    private void header(String name, String value) throws MalformedRequest {
        switch (name) {
            case "content-length" -> {
                long length = number(value);
                check(contentLength < 0 || contentLength == length, "two lengths");
                contentLength = length;
            }
            case "transfer-encoding" -> {
                check(!chunked && value.equalsIgnoreCase("chunked"), "transfer encoding");
                chunked = true;
            }
            case "expect" -> expectsContinue = value.equalsIgnoreCase("100-continue");
            case "connection" -> {
                if (value.equalsIgnoreCase("close")) {
                    keepAlive = false;
                } else if (value.equalsIgnoreCase("keep-alive")) {
                    keepAlive = true;
                }
            }
            case "content-type" -> contentType = value;
            case "lambda-runtime-function-error-type" -> errorType = value;
            case "lambda-runtime-function-response-mode" -> responseMode = value;
            default -> {}
        }
    }

    private void trailer(String name, String value) {
        switch (name) {
            case "lambda-runtime-function-error-type" -> trailingErrorType = value;
            case "lambda-runtime-function-error-body" -> trailingErrorBody = value;
            default -> {}
        }
    }

    private long chunkSize() throws MalformedRequest {
        int end = indexOf(';', 0);
        if (end < 0) {
            end = lineLength;
        }
        while (end > 0 && line[end - 1] == ' ') {
            end--;
        }
        check(end > 0 && end <= 8, "chunk size");
        long size = 0;
        for (int i = 0; i < end; i++) {
            int digit = Character.digit(line[i], 16);
            check(digit >= 0, "chunk size");
            size = size << 4 | digit;
        }
        return size;
    }

    private static long number(String value) throws MalformedRequest {
        check(!value.isEmpty() && value.length() <= LONGEST_NUMBER, "length");
        for (int i = 0; i < value.length(); i++) {
            check(value.charAt(i) >= '0' && value.charAt(i) <= '9', "length");
        }
        return Long.parseLong(value);
    }

    private boolean readBody(ByteBuf in) {
        int take = (int) Math.min(bodyLeft, in.readableBytes());
        int before = in.readerIndex();
        boolean room = true;
        if (sink != null) {
            room = sink.add(in, take);
        } else {
            in.skipBytes(take);
        }
        bodyLeft -= in.readerIndex() - before;
        return bodyLeft == 0 && room;
    }

    /// Takes one line, which ends in CR LF, out of the buffer and into `line`.
    private boolean readLine(ByteBuf in) throws MalformedRequest {
        int start = in.readerIndex();
        int lineFeed = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
        int length = lineFeed < 0 ? in.readableBytes() : lineFeed + 1 - start;
        if (headBytes + length > MAX_HEAD) {
            throw new MalformedRequest("head too large", RuntimeAnswer.HEAD_TOO_LARGE);
        }
        if (lineFeed < 0) {
            searched = length;
            return false;
        }
        searched = 0;
        headBytes += length;
        if (line.length < length) {
            line = new byte[Math.max(length, line.length * 2)];
        }
        in.readBytes(line, 0, length);
        check(length > 1 && line[length - 2] == '\r', "line without CR");
        lineLength = length - 2;
        return true;
    }

    private int indexOf(char wanted, int from) {
        for (int i = from; i < lineLength; i++) {
            if (line[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private String text(int from, int to) {
        return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static void check(boolean holds, String what) throws MalformedRequest {
        if (!holds) {
            throw new MalformedRequest(what);
        }
    }
}
