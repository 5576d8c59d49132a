package hearth.cluster.bucket;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A server that speaks S3 and that others wrote, in a process of its own on the loopback.
final class RealS3 implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final URI url;

    private RealS3(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /// moto, where the host's python3.11 has it; the test is skipped elsewhere. It keeps objects in memory, and
    /// looks at no signature and no checksum.
    static RealS3 moto() throws IOException, InterruptedException {
        assumeTrue(hasMoto(), "This host's python3.11 has no moto with its server");
        int port = freePort();
        return started(
                List.of("python3.11", "-m", "moto.server", "-H", "127.0.0.1", "-p", Integer.toString(port)), port);
    }

    private static boolean hasMoto() throws InterruptedException {
        try {
            return new ProcessBuilder("python3.11", "-c", "import moto.server")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Adobe's S3Mock, which checks the SHA-256 that is sent along.
    ///
    /// @param root its files
    static RealS3 s3Mock(Path root) throws IOException, InterruptedException {
        var jar = Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator))
                .filter(path -> path.matches(".*/s3mock-[0-9.]+-exec\\.jar"))
                .findFirst()
                .orElseThrow();
        int port = freePort();
        return started(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-jar",
                        jar,
                        "--server.port=" + freePort(),
                        "--http.port=" + port,
                        "--vectors.http.port=" + freePort(),
                        "--vectors.https.port=" + freePort(),
                        "--com.adobe.testing.s3mock.store.root=" + root),
                port);
    }

    private static RealS3 started(List<String> command, int port) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var server = new RealS3(process, URI.create("http://127.0.0.1:" + port));
        try (var http = HttpClient.newHttpClient()) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!server.answers(http)) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    server.close();
                    throw new IllegalStateException("It did not start: " + command);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
        return server;
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private boolean answers(HttpClient http) throws InterruptedException {
        try {
            return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding())
                            .statusCode()
                    < 500;
        } catch (IOException e) {
            return false;
        }
    }

    URI url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
