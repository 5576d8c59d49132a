package hearth.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// An address of the loopback that leads to a server, or to nobody.
public final class SwitchedRelay implements AutoCloseable {
    private final URI target;
    private final int port;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;

    public SwitchedRelay(URI target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        this.port = listener.getLocalPort();
        serve(listener);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// From now on nobody listens, and what is under way is cut off.
    public void off() throws IOException {
        listener.close();
        for (var connection : connections) {
            connection.close();
        }
    }

    public void on() throws IOException {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        serve(listener);
    }

    private void serve(ServerSocket open) {
        var _ = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    var from = open.accept();
                    var to = new Socket(target.getHost(), target.getPort());
                    pass(from, to);
                    pass(to, from);
                }
            } catch (IOException closed) {
                // It is off.
            }
        });
    }

    private void pass(Socket from, Socket to) {
        connections.add(from);
        var _ = Thread.ofVirtual().start(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException cutOff) {
                // Both ends are closed.
            } finally {
                connections.remove(from);
            }
        });
    }

    @Override
    public void close() throws IOException {
        off();
    }
}
