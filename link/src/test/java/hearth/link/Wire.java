package hearth.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The network between two hosts, which a test may cut, with a word to both sides or without.
final class Wire implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final int to;
    private volatile boolean silent;

    Wire(int to) throws IOException {
        this.to = to;
        Thread.ofPlatform().daemon().name("wire").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var from = listening.accept();
                var other = new Socket(InetAddress.getLoopbackAddress(), to);
                sockets.add(from);
                sockets.add(other);
                carry(from, other);
                carry(other, from);
            }
        } catch (IOException e) {
            // The test is over, or the other side takes nobody.
            close();
        }
    }

    private void carry(Socket from, Socket into) {
        Thread.ofPlatform().daemon().name("wire").start(() -> {
            try (from;
                    into) {
                copy(from.getInputStream(), into.getOutputStream());
            } catch (IOException e) {
                // One of them is closed, and so is the other by now.
                return;
            }
        });
    }

    private void copy(InputStream from, OutputStream into) throws IOException {
        var buffer = new byte[64 << 10];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            if (!silent) {
                into.write(buffer, 0, count);
            }
        }
    }

    /// Closes what is open now.
    void cut() {
        for (var socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        sockets.clear();
    }

    /// Nothing comes through any more, and nobody is told.
    void swallow(boolean everything) {
        silent = everything;
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        cut();
    }
}
