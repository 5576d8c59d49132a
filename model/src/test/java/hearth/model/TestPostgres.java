package hearth.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A PostgreSQL of this machine's own, on loopback, as Debian's package installs it. It ends with this process,
/// however that ends.
public final class TestPostgres implements AutoCloseable {
    public static final String WHY_NOT = "PostgreSQL is not installed: apt-get install postgresql";

    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql");
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Path folder;
    private int port;
    private Process server;

    private TestPostgres(Path folder, int port, Process server) {
        this.folder = folder;
        this.port = port;
        this.server = server;
    }

    private static final class Running {
        private static final TestPostgres SERVER = start();

        static {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(SERVER::close));
        }
    }

    public static boolean isThere() {
        return programs().isPresent();
    }

    /// The one that all tests of this process share.
    public static TestPostgres running() {
        return Running.SERVER;
    }

    private static Optional<Path> programs() {
        if (!Files.isDirectory(PROGRAMS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(PROGRAMS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparing(Path::toString));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One of its own, for tests that stop it.
    public static TestPostgres start() {
        try {
            var folder = Files.createTempDirectory(Path.of("/tmp"), "hearth-postgres-");
            run(List.of("chown", "postgres", folder.toString()));
            run(as(
                    "initdb",
                    "--pgdata=" + folder.resolve("data"),
                    "--auth=trust",
                    "--username=hearth",
                    "--encoding=UTF8",
                    // Not "C", whose order of texts nobody's own database has.
                    "--locale-provider=icu",
                    "--icu-locale=en-US",
                    "--no-sync"));
            int port = freePort();
            var started = new TestPostgres(folder, port, launch(folder, port));
            started.awaitReady();
            return started;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("PostgreSQL could not be started: " + e.getMessage(), e);
        }
    }

    /// Where nothing listens.
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// It does not run as root, and neither do its tools.
    private static List<String> as(String program, String... arguments) {
        var command = new ArrayList<>(
                List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--inh-caps=-all"));
        command.add(programs().orElseThrow().resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /// Behind a shell that ends it when this process is gone.
    private static Process launch(Path folder, int port) throws IOException {
        var command = new ArrayList<>(List.of(
                "sh", "-c", "\"$@\" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server", "sh"));
        command.addAll(as(
                "postgres",
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=64MB"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(folder).toFile())
                .start();
    }

    private static Path log(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".log");
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!succeeds("pg_isready", "--quiet", "--host=127.0.0.1", "--port=" + port)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("It did not become ready: " + Files.readString(log(folder)));
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static boolean succeeds(String program, String... arguments) throws IOException, InterruptedException {
        return new ProcessBuilder(as(program, arguments))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /// The URL of a new, empty database.
    public String newDatabase() {
        var name = "store" + DATABASES.incrementAndGet();
        try {
            run(as(
                    "psql",
                    "--quiet",
                    "--no-psqlrc",
                    "--dbname=postgresql://hearth@127.0.0.1:" + port + "/postgres",
                    "--command=CREATE DATABASE " + name));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("A database could not be made: " + e.getMessage(), e);
        }
        return "postgresql://hearth@127.0.0.1:" + port + "/" + name;
    }

    /// Ends it as a crash does: what was acknowledged must be there again.
    public void crash() throws IOException, InterruptedException {
        for (var child : server.descendants().toList()) {
            child.destroyForcibly();
        }
        end();
    }

    public void startAgain() throws IOException, InterruptedException {
        server = launch(folder, port);
        awaitReady();
    }

    /// The same at another port, as a machine has that takes over.
    public void startAgainAt(int another) throws IOException, InterruptedException {
        port = another;
        startAgain();
    }

    /// Has it say nothing any more, as when its machine hangs, until it is told to go on. Connections stay.
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    public void goOn() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("kill", signal));
        server.descendants().forEach(process -> command.add(Long.toString(process.pid())));
        run(command);
    }

    private void end() throws IOException, InterruptedException {
        server.getOutputStream().close();
        if (!server.waitFor(30, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    @Override
    public void close() {
        try {
            end();
            run(List.of("rm", "-rf", folder.toString(), log(folder).toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
