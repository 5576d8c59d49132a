package hearth.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A server that speaks S3, with an empty bucket, where Python has one (moto); else nothing.
final class Bucket implements AutoCloseable {
    private static final List<String> PYTHONS = List.of("python3", "python3.13", "python3.12", "python3.11");

    private final Optional<Process> process;
    private final int port;

    private Bucket(Optional<Process> process, int port) {
        this.process = process;
        this.port = port;
    }

    static Bucket start() throws IOException, InterruptedException {
        for (var python : PYTHONS) {
            if (hasMoto(python)) {
                int port = Postgres.freePort();
                var process = silent(python, "-m", "moto.server", "-H", "127.0.0.1", "-p", Integer.toString(port));
                make(process, port);
                return new Bucket(Optional.of(process), port);
            }
        }
        return new Bucket(Optional.empty(), 0);
    }

    private static boolean hasMoto(String python) throws InterruptedException {
        try {
            return silent(python, "-c", "import moto.server").waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process silent(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void make(Process process, int port) throws IOException, InterruptedException {
        var request = ("PUT /packages HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Length: 0\r\n"
                        + "Connection: close\r\nAuthorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/s3/"
                        + "aws4_request, SignedHeaders=host, Signature=0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.getOutputStream().write(request);
                HearthServer.expect(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII), 200);
                return;
            } catch (ConnectException e) {
                if (!process.isAlive()) {
                    throw new IOException("moto has ended at its start", e);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    boolean isThere() {
        return process.isPresent();
    }

    /// Of `hearth up`, with which packages are kept there.
    List<String> options() {
        return isThere() ? List.of("--objects", "s3://packages/hearth?endpoint=http://127.0.0.1:" + port) : List.of();
    }

    @Override
    public void close() {
        process.ifPresent(Process::destroyForcibly);
    }
}
