package hearth.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A connection on which any bytes can be sent. An answer that does not come within 30 s is an error.
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 120_000;

    private final Socket socket;
    private final BufferedInputStream in;

    record Answer(int status, String head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /// Empty when there is no such header.
        String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    Wire(URI endpoint) throws IOException {
        socket = new Socket(endpoint.getHost(), endpoint.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// Sends as much as the server takes: it may refuse a request before it has come whole.
    Wire send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // What it answered is what counts.
        }
        return this;
    }

    Wire endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /// Cuts the connection off, with a reset instead of an end.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// The next answer that is more than leave to go on.
    ///
    /// @param toHead whether the request was one that has no body in its answer
    Answer read(boolean toHead) throws IOException {
        while (true) {
            var head = readHead();
            int status = Integer.parseInt(head.substring(9, 12));
            if (status >= 200) {
                var answer = new Answer(status, head, new byte[0]);
                var length = answer.header("Content-Length");
                return toHead || length.isEmpty()
                        ? answer
                        : new Answer(status, head, in.readNBytes(Integer.parseInt(length)));
            }
        }
    }

    private String readHead() throws IOException {
        var head = new ByteArrayOutputStream();
        int last = 0;
        while (last != ('\r' << 24 | '\n' << 16 | '\r' << 8 | '\n')) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("The connection ended after: " + head);
            }
            head.write(b);
            last = last << 8 | b;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
