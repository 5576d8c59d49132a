package hearth.bench;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A Hearth server started by `./hearth up` with signatures verified, as someone who serves real users runs it.
final class HearthServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HearthServer.class.getName());
    private static final Pattern ENDPOINT = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern ACCESS_KEY = Pattern.compile("AKIA[A-Z0-9]{12,}");
    private static final Pattern SECRET_KEY = Pattern.compile("(?im)secret[^:=]*[:=]\\s*(\\S{30,})");

    private final Process process;
    private final int port;
    private final Signer signer;
    private final Duration timeToReady;

    private HearthServer(Process process, int port, Signer signer, Duration timeToReady) {
        this.process = process;
        this.port = port;
        this.signer = signer;
        this.timeToReady = timeToReady;
    }

    static HearthServer start(Path repository, Path data, String... options) throws IOException {
        return signing(repository, List.of("--data", data.toString()), data, List.of(options));
    }

    /// One whose keys are in a database, which it works with too.
    ///
    /// @param store as `--store` takes it
    static HearthServer onStore(Path repository, Path data, String store, String... options) throws IOException {
        var all = new ArrayList<>(List.of("--store", store));
        all.addAll(List.of(options));
        return signing(repository, List.of("--store", store), data, all);
    }

    /// @param keys where they are made
    private static HearthServer signing(Path repository, List<String> keys, Path data, List<String> options)
            throws IOException {
        var make = new ArrayList<>(List.of("keys", "create"));
        make.addAll(keys);
        var signer = signer(output(command(repository, make)));
        var arguments = new ArrayList<>(List.of("--auth", "sigv4"));
        arguments.addAll(options);
        return up(repository, signer, data, arguments);
    }

    /// A worker that joins frontends, which nobody signs to.
    static HearthServer worker(Path repository, Path data, String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("--roles", "worker"));
        arguments.addAll(List.of(options));
        return up(repository, new Signer("", ""), data, arguments);
    }

    private static HearthServer up(Path repository, Signer signer, Path data, List<String> options) throws IOException {
        var arguments = new ArrayList<>(List.of("up", "--port", "0", "--data", data.toString()));
        arguments.addAll(options);
        var started = System.nanoTime();
        var process = command(repository, arguments).start();
        var lines = process.inputReader();
        var said = new StringBuilder();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append('\n');
            var endpoint = ENDPOINT.matcher(line);
            if (line.contains("ready") && endpoint.find()) {
                var ready = Duration.ofNanos(System.nanoTime() - started);
                drain(lines);
                return new HearthServer(process, Integer.parseInt(endpoint.group(1)), signer, ready);
            }
        }
        throw new IOException("Hearth ended before it was ready: " + said);
    }

    private static ProcessBuilder command(Path repository, List<String> arguments) {
        var command = new ArrayList<>(List.of(repository.resolve("hearth").toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
        if (arguments.contains("--objects")) {
            // Of the bucket, which looks at nobody's.
            builder.environment().putAll(Map.of("AWS_ACCESS_KEY_ID", "bench", "AWS_SECRET_ACCESS_KEY", "bench"));
        }
        return builder;
    }

    private static Signer signer(String keys) throws IOException {
        var accessKey = ACCESS_KEY.matcher(keys);
        var secretKey = SECRET_KEY.matcher(keys);
        if (!accessKey.find() || !secretKey.find()) {
            throw new IOException("No keys in: " + keys);
        }
        return new Signer(accessKey.group(), secretKey.group(1));
    }

    private static String output(ProcessBuilder builder) throws IOException {
        try (var lines = builder.start().inputReader()) {
            return lines.lines().collect(Collectors.joining("\n"));
        }
    }

    private static void drain(BufferedReader lines) {
        // Reading a pipe keeps a virtual thread's carrier, of which there are no more than cores.
        Thread.ofPlatform().daemon().name("server-output").start(() -> {
            try {
                lines.transferTo(Writer.nullWriter());
            } catch (IOException e) {
                // The process ended, and its output with it.
                LOG.log(System.Logger.Level.DEBUG, "no more output", e);
            }
        });
    }

    InetSocketAddress address() {
        return new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port);
    }

    Duration timeToReady() {
        return timeToReady;
    }

    ProcessTree processes() {
        return new ProcessTree(process.pid());
    }

    byte[] invocation(String function) {
        return signer.request(
                "POST", "/2015-03-31/functions/" + function + "/invocations", "{}".getBytes(StandardCharsets.UTF_8));
    }

    /// An invocation for whose outcome nobody waits.
    byte[] event(String function, byte[] event) {
        return signer.request(
                "POST",
                "/2015-03-31/functions/" + function + "/invocations",
                event,
                Map.of("X-Amz-Invocation-Type", "Event"));
    }

    /// An invocation for the load generator, with an answer of the length that one call of it has.
    Wrk.Request load(String function, byte[] event) throws IOException {
        var path = "/2015-03-31/functions/" + function + "/invocations";
        var answer = send(signer.request("POST", path, event));
        Main.expectOk(answer);
        return new Wrk.Request(
                path, signer.headers("POST", path, event), event, answer.getBytes(StandardCharsets.UTF_8).length);
    }

    /// The whole of an answer to an invocation, as the floors return it too.
    byte[] answer(String function) throws IOException {
        return send(invocation(function)).getBytes(StandardCharsets.UTF_8);
    }

    /// What `/metrics` answers, head and body.
    String metrics() throws IOException {
        return send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /// The server's own process, without its functions.
    long pid() {
        return process.pid();
    }

    /// Creates a function and waits until it is active.
    void create(String function, String runtime, String handler, byte[] zip, int megabytes) throws IOException {
        create(function, runtime, handler, zip, megabytes, "");
    }

    /// @param more members of the request, each followed by a comma
    void create(String function, String runtime, String handler, byte[] zip, int megabytes, String more)
            throws IOException {
        var body =
                "{\"FunctionName\":\"%s\",\"Runtime\":\"%s\",\"Handler\":\"%s\",\"Role\":\"arn:aws:iam::000000000000:role/bench\","
                                .formatted(function, runtime, handler)
                        + more + "\"Timeout\":30,\"MemorySize\":" + megabytes + ",\"Code\":{\"ZipFile\":\""
                        + Base64.getEncoder().encodeToString(zip) + "\"}}";
        expect(send("POST", "/2015-03-31/functions", body), 201);
        while (!send("GET", "/2015-03-31/functions/" + function + "/configuration", "")
                .contains("\"State\":\"Active\"")) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    static void expect(String answer, int status) throws IOException {
        if (!answer.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("Expected " + status + ", got " + answer);
        }
    }

    /// One request on a connection of its own; the whole answer.
    String send(String method, String path, String body) throws IOException {
        return send(request(method, path, body));
    }

    String send(byte[] request) throws IOException {
        try (var connection = connect()) {
            return connection.send(request);
        }
    }

    byte[] request(String method, String path, String body) {
        return signer.request(method, path, body.getBytes(StandardCharsets.UTF_8));
    }

    /// A connection for requests that follow each other.
    Connection connect() throws IOException {
        return new Connection(address());
    }

    static final class Connection implements AutoCloseable {
        private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

        private final Socket socket = new Socket();
        private final InputStream in;

        private Connection(InetSocketAddress server) throws IOException {
            socket.setTcpNoDelay(true);
            socket.connect(server);
            in = new BufferedInputStream(socket.getInputStream());
        }

        /// The whole answer, head and body.
        String send(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                var c = in.read();
                if (c < 0) {
                    throw new IOException("The server closed the connection after " + head);
                }
                head.append((char) c);
            }
            var length = LENGTH.matcher(head);
            var rest = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
            return head + new String(rest, StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
