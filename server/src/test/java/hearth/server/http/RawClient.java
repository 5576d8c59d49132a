package hearth.server.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client that sends whatever bytes a test likes, and reads answers one by one.
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final BufferedInputStream in;

    /// One answer.
    public record Answer(int status, String head, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /// The value of a header; empty when it is absent.
        public String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    public RawClient(InetSocketAddress address) {
        try {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(120_000);
            socket.connect(address, 20_000);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends as much as the server lets in: a server that has answered and closed may refuse the rest.
    public RawClient sendWhatIsTaken(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // The test looks at the answer.
        }
        return this;
    }

    public RawClient endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer read() {
        return read(true);
    }

    /// The answer to a HEAD request, or one that has no body.
    public Answer readWithoutBody() {
        return read(false);
    }

    private Answer read(boolean withBody) {
        try {
            var head = readHead();
            int status = Integer.parseInt(head.substring(9, 12));
            var answer = new Answer(status, head, new byte[0]);
            if (withBody && answer.header("Transfer-Encoding").equals("chunked")) {
                var body = new ByteArrayOutputStream();
                for (var chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
                    body.writeBytes(chunk);
                }
                return new Answer(status, head, body.toByteArray());
            }
            var length = answer.header("Content-Length");
            if (!withBody || length.isEmpty()) {
                return answer;
            }
            return new Answer(status, head, in.readNBytes(Integer.parseInt(length)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The next chunk of a body that has them; an empty one is the last.
    public byte[] readChunk() {
        try {
            var chunk = in.readNBytes(Integer.parseInt(readUntil("\r\n").strip(), 16));
            var end = readUntil("\r\n");
            if (!end.equals("\r\n")) {
                throw new IOException("The chunk ends with: " + end);
            }
            return chunk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What there is up to the end of the connection.
    public byte[] readToTheEnd() {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readHead() throws IOException {
        return readUntil("\r\n\r\n");
    }

    private String readUntil(String end) throws IOException {
        var text = new ByteArrayOutputStream();
        while (!text.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("The connection ended after: " + text);
            }
            text.write(b);
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    /// Whether the server has closed its side, with nothing more to read.
    public boolean isEnded() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /// Cuts the connection off, with a reset instead of an end.
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
