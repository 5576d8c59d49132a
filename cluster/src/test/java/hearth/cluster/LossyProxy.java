package hearth.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Stands between a store and its database, and can cut a connection when a commit was made of which the store has not
/// heard yet.
final class LossyProxy implements AutoCloseable {
    private static final String COMMIT = "COMMIT";

    private final int target;
    private final ServerSocket listener;
    private final AtomicBoolean cutting = new AtomicBoolean();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private LossyProxy(int target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    static LossyProxy before(StoreUrl url) throws IOException {
        int port = Integer.parseInt(url.hosts().substring(url.hosts().lastIndexOf(':') + 1));
        var proxy = new LossyProxy(port, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    /// The same database, by way of this.
    StoreUrl url(StoreUrl direct) {
        return new StoreUrl(
                "127.0.0.1:" + listener.getLocalPort(), direct.database(), direct.user(), direct.password(), "");
    }

    /// Has the answer to the next commit get lost.
    void cutAtCommit() {
        cutting.set(true);
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                var cut = new AtomicBoolean();
                Thread.ofVirtual().start(() -> pass(client, server, cut, true));
                Thread.ofVirtual().start(() -> pass(server, client, cut, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Socket from, Socket to, AtomicBoolean cut, boolean requests) {
        try (from;
                to) {
            var bytes = new byte[1 << 16];
            int count;
            while ((count = from.getInputStream().read(bytes)) >= 0) {
                if (requests
                        && new String(bytes, 0, count, StandardCharsets.ISO_8859_1).contains(COMMIT)
                        && cutting.compareAndSet(true, false)) {
                    cut.set(true);
                }
                if (!requests && cut.get()) {
                    return;
                }
                to.getOutputStream().write(bytes, 0, count);
            }
        } catch (IOException e) {
            // One of both has ended it.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
