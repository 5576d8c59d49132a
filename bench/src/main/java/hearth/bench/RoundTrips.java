package hearth.bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Bare round trips over TCP between two hosts: what any answer from another host takes at the least.
///
/// The other side is this class's `main`, in a process of its own, which sends back what comes: blocking, on one
/// thread.
final class RoundTrips implements AutoCloseable {
    private final Process echo;
    private final Socket socket;
    private final byte[] message;

    public static void main(String[] arguments) throws IOException {
        var message = new byte[Integer.parseInt(arguments[1])];
        try (var listener = new ServerSocket(0, 1, InetAddress.getByName(arguments[0]))) {
            System.out.println(listener.getLocalPort());
            try (var socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                var in = new DataInputStream(socket.getInputStream());
                while (true) {
                    in.readFully(message);
                    socket.getOutputStream().write(message);
                }
            }
        }
    }

    /// Connects one host to another.
    ///
    /// @param bytes of each message, there and back
    RoundTrips(Hosts.Host from, Hosts.Host to, int bytes) throws IOException, InterruptedException {
        message = new byte[bytes];
        var command = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                RoundTrips.class.getName(),
                to.address(),
                Integer.toString(bytes));
        command.redirectError(ProcessBuilder.Redirect.DISCARD);
        echo = to.run(command::start);
        int port = Integer.parseInt(echo.inputReader().readLine());
        socket = from.run(() -> {
            var opened = new Socket();
            opened.setTcpNoDelay(true);
            opened.connect(new InetSocketAddress(to.address(), port));
            return opened;
        });
    }

    /// The median of those that follow each other for so long, in microseconds.
    double medianMicros(double seconds) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var nanos = new double[1 << 20];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (long begin = System.nanoTime(); begin < end && count < nanos.length; begin = System.nanoTime()) {
            socket.getOutputStream().write(message);
            in.readFully(message);
            nanos[count++] = System.nanoTime() - begin;
        }
        return Floors.median(java.util.Arrays.copyOf(nanos, count)) / 1000;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        echo.destroyForcibly();
    }
}
