package hearth.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// A Hearth server in a process of its own, as `./hearth up` starts it, on a free port of the loopback.
public final class HearthProcess implements AutoCloseable {
    private static final Pattern ENDPOINT = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

    private final Path data;
    private final Process process;
    private final boolean wrapped;
    private final Output output = new Output();
    private final CompletableFuture<URI> ready = new CompletableFuture<>();

    /// @param wrapped whether the server is the process's child
    private HearthProcess(Path data, Process process, boolean wrapped) {
        this.data = data;
        this.process = process;
        this.wrapped = wrapped;
    }

    /// Starts a server and waits until it is ready.
    public static HearthProcess start(Path data, String... options) {
        var server = launch(data, options);
        server.endpoint();
        return server;
    }

    /// As `start`, with more variables in the server's environment.
    public static HearthProcess start(Path data, Map<String, String> environment, String... options) {
        var server = launch(data, environment, options);
        server.endpoint();
        return server;
    }

    /// Starts a server, which is not ready yet.
    static HearthProcess launch(Path data, String... options) {
        return launch(data, Map.of(), options);
    }

    /// Starts a server by another command, of which it is the only child, and waits until it is ready.
    static HearthProcess startWithin(List<String> within, Path data, String... options) {
        var server = launch(within, data, Map.of(), options);
        server.endpoint();
        server.watch();
        return server;
    }

    private static HearthProcess launch(Path data, Map<String, String> environment, String... options) {
        return launch(List.of(), data, environment, options);
    }

    private static HearthProcess launch(
            List<String> within, Path data, Map<String, String> environment, String... options) {
        var arguments = new ArrayList<>(List.of("up", "--port", "0", "--data", data.toString()));
        arguments.addAll(List.of(options));
        try {
            var command = command(arguments).redirectErrorStream(true);
            command.environment().putAll(environment);
            command.command().addAll(0, within);
            var server = new HearthProcess(data, command.start(), !within.isEmpty());
            if (within.isEmpty()) {
                server.watch();
            }
            // Reading a pipe keeps a virtual thread's carrier, of which there are no more than cores.
            Thread.ofPlatform().daemon().name("hearth-output").start(server::follow);
            return server;
        } catch (IOException e) {
            throw new IllegalStateException("Hearth did not start", e);
        }
    }

    /// Any `./hearth` command, with the classes that the build just made.
    public static ProcessBuilder command(List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Dio.netty.noUnsafe=false"));
        // It lives for seconds, in which the better compiler only costs.
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dhearth.guest=" + guest());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "hearth.server.cli.Main"));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private static Path guest() {
        var guest = Path.of("..", "guest", "target", "guest").toAbsolutePath().normalize();
        if (!Files.isExecutable(guest.resolve("launcher"))) {
            throw new IllegalStateException("Build the guest module first: there is no launcher in " + guest);
        }
        return guest;
    }

    private void watch() {
        long server = pid();
        LastWatch.begins(server);
        var _ = process.onExit().thenRun(() -> LastWatch.hasEnded(server));
    }

    private void follow() {
        try (BufferedReader lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                var endpoint = ENDPOINT.matcher(line);
                if (line.contains("ready") && endpoint.find()) {
                    ready.complete(URI.create(endpoint.group()));
                }
            }
            ready.completeExceptionally(new IllegalStateException("It ended before it was ready:\n" + output));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    /// What the server prints, gathered by one thread and read by others.
    private static final class Output {
        private final StringBuilder text = new StringBuilder();

        synchronized void add(String line) {
            text.append(line).append('\n');
        }

        @Override
        public synchronized String toString() {
            return text.toString();
        }
    }

    /// Waits until the server is ready.
    public URI endpoint() {
        try {
            return ready.get(3, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Hearth did not become ready:\n%s\n%s".formatted(output, threads()), e);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("Hearth did not become ready", e);
        }
    }

    /// What each thread of the server does, as the JDK's tool tells it, which gives up on one that does not answer.
    private String threads() {
        var jstack = Path.of(System.getProperty("java.home"), "bin", "jstack").toString();
        try {
            var asked = new ProcessBuilder(jstack, Long.toString(pid())).redirectErrorStream(true);
            try (var lines = asked.start().inputReader()) {
                return lines.readAllAsString();
            }
        } catch (IOException e) {
            return "jstack: " + e;
        }
    }

    /// Waits for the server's end.
    ///
    /// @return whether it came within the time
    boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// The folder that it was given.
    Path data() {
        return data;
    }

    /// Everything that it has printed.
    public String output() {
        return output.toString();
    }

    public long pid() {
        return server().pid();
    }

    private ProcessHandle server() {
        return wrapped ? process.children().findFirst().orElseThrow() : process.toHandle();
    }

    /// SIGTERM, and no waiting. Not by the process itself, which would close what it prints.
    void signal() {
        process.toHandle().destroy();
    }

    /// SIGTERM, and the exit status that follows.
    int stop() {
        server().destroy();
        return awaitExit();
    }

    /// SIGKILL: no last word.
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    private int awaitExit() {
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("It did not end within 2 minutes:\n" + output);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }
}
