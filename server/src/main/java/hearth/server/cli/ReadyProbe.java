package hearth.server.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Asks a server of this host whether it is ready. By a bare socket, because the JDK's client of HTTP takes longer to
/// load than all else that `status` does.
final class ReadyProbe {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int STATUS_LINE = 64;

    private ReadyProbe() {}

    /// @param address as the server says it
    static boolean answers(String address) {
        var url = URI.create(address);
        try (var socket = new Socket()) {
            var host = InetAddress.getByName(url.getHost());
            // Who listens at all addresses listens at the loopback's.
            var reached = host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host;
            socket.connect(new InetSocketAddress(reached, url.getPort()), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write("GET /_hearth/ready HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                            .formatted(url.getAuthority())
                            .getBytes(StandardCharsets.US_ASCII));
            var begin = new String(socket.getInputStream().readNBytes(STATUS_LINE), StandardCharsets.US_ASCII);
            return begin.startsWith("HTTP/1.1 200 ");
        } catch (IOException e) {
            return false;
        }
    }
}
