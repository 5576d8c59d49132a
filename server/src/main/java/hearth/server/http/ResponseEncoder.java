package hearth.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Writes answers as HTTP/1.1. One for each event loop: keeps the `Date` line of the current second.
final class ResponseEncoder {
    /// Bodies up to this are copied behind their head, so that an answer is one buffer.
    private static final int COPIED_BODY = 16 << 10;

    /// Of an answer that may have no body, or whose body ends with the connection.
    private static final long NO_LENGTH = -1;

    /// Of an answer whose body says itself where it ends.
    private static final long CHUNKED = -2;

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");
    private static final byte[] REQUEST_ID = ascii("x-amzn-RequestId: ");
    private static final byte[] LENGTH = ascii("Content-Length: ");
    private static final byte[] TRANSFER_ENCODING = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] LINE_END = ascii("\r\n");

    /// Reason phrases that are not worth a table of Netty's own.
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(201, "Created"),
            Map.entry(202, "Accepted"),
            Map.entry(204, "No Content"),
            Map.entry(206, "Partial Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(304, "Not Modified"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(410, "Gone"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Request Entity Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"));

    private final InstantSource clock;
    private long dateSecond = Long.MIN_VALUE;
    private byte[] date = LINE_END;

    ResponseEncoder(InstantSource clock) {
        this.clock = clock;
    }

    /// The answer in one buffer, or in two that share nothing: the caller's body is not copied when it is large.
    ByteBuf[] encode(ByteBufAllocator allocator, HttpResponse response, Exchange exchange, Persistence persistence) {
        boolean bodiless = response.status() == 204 || response.status() == 304;
        var body = response.body();
        int length = response.length();
        boolean sendsBody = !bodiless && !exchange.toHead() && length > 0;
        boolean copied = sendsBody && length <= COPIED_BODY && body.length == length;
        var out = allocator.buffer(512 + (copied ? body.length : 0));
        writeHead(
                out,
                response.status(),
                response.headers(),
                response.cookies(),
                exchange,
                persistence,
                bodiless ? NO_LENGTH : length);
        if (copied) {
            out.writeBytes(body);
        }
        return sendsBody && !copied ? new ByteBuf[] {out, wrapped(response)} : new ByteBuf[] {out};
    }

    private static ByteBuf wrapped(HttpResponse response) {
        if (response.more().isEmpty()) {
            return Unpooled.wrappedBuffer(response.body());
        }
        var buffers = Stream.concat(Stream.of(ByteBuffer.wrap(response.body())), response.more().stream())
                .toArray(ByteBuffer[]::new);
        return Unpooled.wrappedBuffer(buffers.length, buffers);
    }

    /// The head of an answer whose body follows, of a length that nobody knows yet.
    ByteBuf encodeHead(
            ByteBufAllocator allocator,
            int status,
            Map<String, String> headers,
            List<String> cookies,
            Exchange exchange,
            Persistence persistence,
            boolean chunked) {
        var out = allocator.buffer(512);
        writeHead(out, status, headers, cookies, exchange, persistence, chunked ? CHUNKED : NO_LENGTH);
        return out;
    }

    /// The head of an answer whose body follows in other buffers.
    ByteBuf encodeHead(
            ByteBufAllocator allocator,
            FileResponse response,
            long length,
            Exchange exchange,
            Persistence persistence) {
        var out = allocator.buffer(512);
        writeHead(out, response.status(), response.headers(), List.of(), exchange, persistence, length);
        return out;
    }

    /// What the answer says of its connection.
    enum Persistence {
        /// Nothing: the connection stays open, as it does in HTTP/1.1.
        UNSAID,
        /// The connection stays open, to a client of HTTP/1.0 that asked for it, or from a service that says so.
        KEEP_ALIVE,
        CLOSE
    }

    private void writeHead(
            ByteBuf out,
            int status,
            Map<String, String> headers,
            List<String> cookies,
            Exchange exchange,
            Persistence persistence,
            long length) {
        if (status == 200) {
            out.writeBytes(OK);
        } else {
            ascii(out, "HTTP/1.1 " + status + " " + REASONS.getOrDefault(status, "Other"));
            out.writeBytes(LINE_END);
        }
        out.writeBytes(date());
        out.writeBytes(REQUEST_ID);
        ascii(out, exchange.requestId());
        out.writeBytes(LINE_END);
        headers.forEach((name, value) -> field(out, name, value));
        cookies.forEach(cookie -> field(out, "Set-Cookie", cookie));
        if (length == CHUNKED) {
            out.writeBytes(TRANSFER_ENCODING);
        } else if (length != NO_LENGTH) {
            out.writeBytes(LENGTH);
            ascii(out, Long.toString(length));
            out.writeBytes(LINE_END);
        }
        switch (persistence) {
            case UNSAID -> {}
            case KEEP_ALIVE -> out.writeBytes(KEEP_ALIVE);
            case CLOSE -> out.writeBytes(CLOSE);
        }
        out.writeBytes(LINE_END);
    }

    private static void field(ByteBuf out, String name, String value) {
        ascii(out, name);
        out.writeByte(':').writeByte(' ');
        value(out, value);
        out.writeBytes(LINE_END);
    }

    private byte[] date() {
        long second = clock.millis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = ascii("Date: " + HTTP_DATE.format(clock.instant()) + "\r\n");
        }
        return date;
    }

    private static void ascii(ByteBuf out, String text) {
        ByteBufUtil.writeAscii(out, text);
    }

    /// A header's value. Some come from functions, which must not be able to end the line.
    private static void value(ByteBuf out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = c < ' ' || c == 0x7f;
            if (control && c != '\t') {
                out.writeByte(' ');
            } else {
                out.writeByte(c > 0xff ? '?' : c);
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
