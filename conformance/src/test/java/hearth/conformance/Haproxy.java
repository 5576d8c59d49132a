package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// HAProxy, with the configuration that `hearth haproxy-config` writes for some members.
final class Haproxy implements AutoCloseable {
    static final String WHY_NOT = "HAProxy is not installed: apt-get install haproxy";

    private final Process process;
    private final URI url;

    private Haproxy(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    static boolean isThere() {
        return Files.isExecutable(Path.of("/usr/sbin/haproxy"));
    }

    /// Starts one that HAProxy itself finds sound, and waits until it sends requests to each of the members.
    ///
    /// @param folder of its files
    static Haproxy start(Path folder, Map<String, URI> members) throws IOException, InterruptedException {
        var listen = "127.0.0.1:" + freePort();
        var config = Files.writeString(folder.resolve("haproxy.cfg"), config(listen, members));
        assertThat(output("/usr/sbin/haproxy", "-c", "-f", config.toString())).contains("Configuration file is valid");
        // One process, which ends when it is told to, whatever it has in hand.
        var process = new ProcessBuilder("/usr/sbin/haproxy", "-db", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy.log").toFile())
                .start();
        LastWatch.begins(process.pid());
        var _ = process.onExit().thenRun(() -> LastWatch.hasEnded(process.pid()));
        var started = new Haproxy(process, URI.create("http://" + listen));
        Await.until(() -> log(folder), () -> started.listens());
        return started;
    }

    private static String config(String listen, Map<String, URI> members) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("haproxy-config", "--listen", listen));
        members.forEach((name, address) -> {
            words.add("--member");
            words.add(name + "=" + address.getHost() + ":" + address.getPort());
        });
        return output(HearthProcess.command(words));
    }

    private static String output(String... command) throws IOException, InterruptedException {
        return output(new ProcessBuilder(command));
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        var process = command.redirectErrorStream(true).start();
        var output = process.inputReader().readAllAsString();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static String log(Path folder) {
        try {
            return Files.readString(folder.resolve("haproxy.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private boolean listens() {
        try (var wire = new Wire(url)) {
            return wire.send("GET /_hearth/ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                            .read(false)
                            .status()
                    == 200;
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
