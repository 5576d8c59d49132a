package hearth.members;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands before a member, and can keep back what others send to it: what they have sent arrives when it lets it pass
/// again, as in a network that was parted.
final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final AtomicInteger ended = new AtomicInteger();

    /// Guarded by this.
    private final List<Socket> sockets = new ArrayList<>();

    /// Guarded by this: how many connections are older than those that are kept back.
    private int older = Integer.MAX_VALUE;

    /// Guarded by this.
    private int count;

    Relay(int port, int target) throws IOException {
        this.listener = new ServerSocket();
        this.target = target;
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.ofVirtual().start(this::accept);
    }

    synchronized int connections() {
        return count;
    }

    /// Keeps back what comes by all connections but the first.
    synchronized void keepBack(int first) {
        older = first;
    }

    synchronized void letPass() {
        older = Integer.MAX_VALUE;
        notifyAll();
    }

    /// How many connections the member has ended.
    int ended() {
        return ended.get();
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                int number = begin(client);
                Thread.ofVirtual().start(() -> connect(client, number));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private synchronized int begin(Socket socket) {
        sockets.add(socket);
        return count++;
    }

    private synchronized void awaitPassage(int number) {
        while (number >= older) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void connect(Socket client, int number) {
        awaitPassage(number);
        try {
            var server = new Socket(InetAddress.getLoopbackAddress(), target);
            synchronized (this) {
                sockets.add(server);
            }
            Thread.ofVirtual().start(() -> {
                pass(server, client, number);
                ended.incrementAndGet();
            });
            pass(client, server, number);
        } catch (IOException e) {
            close(client);
        }
    }

    private void pass(Socket from, Socket to, int number) {
        try (from;
                to) {
            var bytes = new byte[1 << 16];
            int read;
            while ((read = from.getInputStream().read(bytes)) >= 0) {
                awaitPassage(number);
                to.getOutputStream().write(bytes, 0, read);
            }
        } catch (IOException e) {
            // One of both has ended it.
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        letPass();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        synchronized (this) {
            sockets.forEach(Relay::close);
        }
    }
}
