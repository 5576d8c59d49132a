package hearth.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A PostgreSQL of the bench's own, on the loopback of whoever starts it. It is as durable as Debian's is.
final class Postgres implements AutoCloseable {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    /// Never runs as root.
    private static final String USER = "postgres";

    private final Path folder;
    private final Process process;
    private final int port;

    private Postgres(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /// Why there can be none here; empty if there can.
    static Optional<String> obstacle() {
        return program("initdb").isPresent() ? Optional.empty() : Optional.of("there is no PostgreSQL here");
    }

    private static Optional<Path> program(String name) {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (var versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Postgres start() throws IOException, InterruptedException {
        // Not within the bench's own folder, which root alone may enter.
        var folder = Files.createTempDirectory("hearth-bench-postgres");
        if (isRoot()) {
            Files.setOwner(
                    folder,
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
        try {
            var data = folder.resolve("data").toString();
            must(command(
                    "initdb",
                    "--pgdata=" + data,
                    "--auth=trust",
                    "--username=hearth",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync"));
            int port = freePort();
            var process = command(
                            "postgres",
                            "-D",
                            data,
                            "-c",
                            "listen_addresses=127.0.0.1",
                            "-c",
                            "unix_socket_directories=",
                            "-c",
                            "port=" + port,
                            "-c",
                            "max_connections=200")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var postgres = new Postgres(folder, process, port);
            postgres.awaitReady();
            return postgres;
        } catch (IOException | InterruptedException e) {
            remove(folder);
            throw e;
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        var asking = command("pg_isready", "--quiet", "--host=127.0.0.1", "--port=" + port);
        while (asking.start().waitFor() != 0) {
            if (!process.isAlive()) {
                throw new IOException("PostgreSQL has ended at its start");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /// Makes an empty database; returns what `--store` is to say.
    String database(String name) throws IOException, InterruptedException {
        must(command("createdb", "--host=127.0.0.1", "--port=" + port, "--username=hearth", name));
        return "postgresql://hearth@127.0.0.1:" + port + "/" + name;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static ProcessBuilder command(String name, String... arguments) throws IOException {
        var words = new ArrayList<String>();
        if (isRoot()) {
            words.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--inh-caps=-all"));
        }
        words.add(program(name)
                .orElseThrow(() -> new IOException("There is no " + name))
                .toString());
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words).directory(Path.of("/").toFile());
    }

    private static void must(ProcessBuilder builder) throws IOException, InterruptedException {
        var running = builder.redirectErrorStream(true).start();
        var said = running.inputReader().lines().collect(Collectors.joining("\n"));
        if (running.waitFor() != 0) {
            throw new IOException(String.join(" ", builder.command()) + ": " + said);
        }
    }

    /// One that nobody has now.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Without waiting for whoever is connected.
    @Override
    public void close() {
        try {
            must(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())));
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            remove(folder);
        } catch (IOException e) {
            System.err.println("hearth: a PostgreSQL may be left in " + folder + ": " + e.getMessage());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
