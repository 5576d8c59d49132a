package hearth.server.http;

/// How long a request says that its body is (RFC 9112 section 6). What could be understood in two ways is refused.
final class BodyLength {
    /// Instead of a length: the body comes in chunks.
    static final long CHUNKED = -1;

    private static final int MOST_DIGITS = 18;

    private BodyLength() {}

    static long of(RequestHead head) throws MalformedRequestException {
        var headers = head.headers();
        if (head.minorVersion() == 1 && headers.all("host").size() != 1) {
            throw new MalformedRequestException("A request of HTTP/1.1 must have one Host header.");
        }
        var codings = headers.all("transfer-encoding");
        var lengths = headers.all("content-length");
        if (!codings.isEmpty()) {
            if (head.minorVersion() == 0 || !lengths.isEmpty()) {
                throw new MalformedRequestException(
                        "Transfer-Encoding is for HTTP/1.1, and cannot stand beside Content-Length.");
            }
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw new MalformedRequestException("The only Transfer-Encoding that is understood is chunked.");
            }
            return CHUNKED;
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        var length = lengths.getFirst();
        if (lengths.size() != 1
                || length.isEmpty()
                || length.length() > MOST_DIGITS
                || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedRequestException("Content-Length must be one number.");
        }
        return Long.parseLong(length);
    }
}
