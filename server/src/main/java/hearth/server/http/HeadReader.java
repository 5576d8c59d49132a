package hearth.server.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads request lines and header fields (RFC 9112), strictly: what two servers could understand in two ways is
/// refused. A line may end with a bare LF.
///
/// Lines are read as they become whole, so that bytes which come singly are looked at once only.
final class HeadReader {
    private static final String TARGET_REFUSED = "The request target is not valid.";
    private static final int LONGEST_METHOD = 32;
    private static final int LONGEST_KEPT_LINE = 8192;
    private static final byte[] LOWER_CASE_OF_NAME = lowerCaseOfName();

    private final HttpLimits limits;
    private byte[] line = new byte[512];
    private int consumed;
    private int lastHead;
    /// Bytes after the reader index that are known to hold no LF.
    private int searched;

    private @Nullable String method;
    private String path = "";
    private String query = "";
    private int minorVersion;
    private Headers headers = new Headers();

    HeadReader(HttpLimits limits) {
        this.limits = limits;
    }

    /// Bytes of a head that have come so far.
    int held() {
        return consumed + searched;
    }

    /// Bytes of the last whole head.
    int lastHead() {
        return lastHead;
    }

    /// The next request's head; null when it is not whole yet.
    @Nullable
    RequestHead read(ByteBuf in) throws MalformedRequestException {
        while (true) {
            int start = in.readerIndex();
            refuseOtherProtocols(in, start);
            int feed = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
            int seen = (feed < 0 ? in.writerIndex() : feed + 1) - start;
            if (consumed + seen > limits.headBytes()) {
                throw new MalformedRequestException(
                        "Request line and headers must be smaller than " + limits.headBytes() + " bytes.");
            }
            if (feed < 0) {
                searched = seen;
                return null;
            }
            searched = 0;
            consumed += seen;
            int length = takeLine(in, start, feed);
            if (method == null) {
                // Some clients end a body with a line break that belongs to nothing.
                if (length > 0) {
                    readRequestLine(length);
                } else if (consumed > 8) {
                    throw new MalformedRequestException("A request begins with its method.");
                }
            } else if (length > 0) {
                readField(length);
            } else {
                return finish(method);
            }
        }
    }

    /// TLS, for one, sends no line end for a long time.
    private void refuseOtherProtocols(ByteBuf in, int start) throws MalformedRequestException {
        if (method == null && searched == 0 && in.isReadable()) {
            byte first = in.getByte(start);
            if ((first < 'A' || first > 'Z') && first != '\r' && first != '\n') {
                throw new MalformedRequestException("A request begins with its method. This port speaks plain HTTP.");
            }
        }
    }

    private RequestHead finish(String wholeMethod) {
        var head = new RequestHead(wholeMethod, path, query, minorVersion, headers);
        method = null;
        headers = new Headers();
        lastHead = consumed;
        consumed = 0;
        if (line.length > LONGEST_KEPT_LINE) {
            line = new byte[LONGEST_KEPT_LINE];
        }
        return head;
    }

    private int takeLine(ByteBuf in, int start, int feed) {
        int length = feed - start;
        if (length > line.length) {
            line = new byte[Math.max(length, line.length * 2)];
        }
        in.getBytes(start, line, 0, length);
        in.readerIndex(feed + 1);
        return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    }

    private void readRequestLine(int length) throws MalformedRequestException {
        int methodEnd = indexOf(' ', 0, length);
        int targetEnd = methodEnd < 0 ? -1 : indexOf(' ', methodEnd + 1, length);
        if (methodEnd < 1 || methodEnd > LONGEST_METHOD || targetEnd < 0) {
            throw new MalformedRequestException("The request line is not that of an HTTP/1.1 request.");
        }
        for (int i = 0; i < methodEnd; i++) {
            if (line[i] < 'A' || line[i] > 'Z') {
                throw new MalformedRequestException("The request method is not valid.");
            }
        }
        minorVersion = switch (text(targetEnd + 1, length)) {
            case "HTTP/1.1" -> 1;
            case "HTTP/1.0" -> 0;
            default -> throw new MalformedRequestException("The protocol must be HTTP/1.1 or HTTP/1.0.");
        };
        readTarget(methodEnd + 1, targetEnd);
        method = text(0, methodEnd);
    }

    private void readTarget(int start, int end) throws MalformedRequestException {
        for (int i = start; i < end; i++) {
            if (line[i] <= ' ' || line[i] == 0x7f || line[i] == '#') {
                throw new MalformedRequestException(TARGET_REFUSED);
            }
        }
        var target = text(start, end);
        if (target.startsWith("http://") || target.startsWith("https://")) {
            target = afterAuthority(target, target.indexOf("//") + 2);
        }
        if (!target.startsWith("/")) {
            throw new MalformedRequestException(TARGET_REFUSED);
        }
        int mark = target.indexOf('?');
        path = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? "" : target.substring(mark + 1);
    }

    /// Path and query of an absolute target; a path that is empty is the topmost.
    private static String afterAuthority(String target, int start) {
        int end = start;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        var rest = target.substring(end);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private void readField(int length) throws MalformedRequestException {
        int colon = indexOf(':', 0, length);
        if (colon < 1) {
            throw new MalformedRequestException("A header field must be a name, a colon and a value, on one line.");
        }
        for (int i = 0; i < colon; i++) {
            byte lower = line[i] < 0 ? 0 : LOWER_CASE_OF_NAME[line[i]];
            if (lower == 0) {
                throw new MalformedRequestException("The name of a header field is not valid.");
            }
            line[i] = lower;
        }
        int start = colon + 1;
        int end = length;
        while (start < end && isBlank(line[start])) {
            start++;
        }
        while (end > start && isBlank(line[end - 1])) {
            end--;
        }
        for (int i = start; i < end; i++) {
            boolean control = (line[i] >= 0 && line[i] < ' ') || line[i] == 0x7f;
            if (control && line[i] != '\t') {
                throw new MalformedRequestException("The value of a header field is not valid.");
            }
        }
        if (headers.size() == limits.headerFields()) {
            throw new MalformedRequestException(
                    "A request may have " + limits.headerFields() + " header fields at most.");
        }
        headers.add(text(0, colon), text(start, end));
    }

    private String text(int start, int end) {
        return new String(line, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private int indexOf(char wanted, int start, int end) {
        for (int i = start; i < end; i++) {
            if (line[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /// The lower case of each character that a field name may have; 0 for all others.
    private static byte[] lowerCaseOfName() {
        var table = new byte[128];
        for (char c = 0; c < 128; c++) {
            if (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
                table[c] = (byte) Character.toLowerCase(c);
            }
        }
        return table;
    }
}
