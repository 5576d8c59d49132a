package hearth.worker.microvm;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A stand-in for Firecracker's API on a Unix socket. It refuses what the description does not allow, and what comes at
/// the wrong time of a machine's life, in Firecracker's form: 400 and a `fault_message`. There is no machine behind it.
public final class FirecrackerStandIn implements AutoCloseable {
    /// What happens outside of the API.
    public interface Events {
        /// A machine starts, or is loaded.
        void started(Map<String, String> requests) throws IOException;

        /// @return what is amiss with what a request names, if anything
        Optional<String> fault(String path, Map<String, Object> body);
    }

    private enum State {
        NOT_STARTED("Not started"),
        RUNNING("Running"),
        PAUSED("Paused");

        private final String label;

        State(String label) {
            this.label = label;
        }
    }

    private record Request(String method, String path, String body) {}

    private final FirecrackerDescription description = new FirecrackerDescription();
    private final Map<String, String> configured = new LinkedHashMap<>(); // guarded by this
    private final List<String> requests = new ArrayList<>(); // guarded by this
    private final ServerSocketChannel listening;
    private final Events events;
    private State state = State.NOT_STARTED; // guarded by this

    public FirecrackerStandIn(Path socket, Events events) throws IOException {
        this.events = events;
        this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().name("firecracker-stand-in").start(this::serve);
    }

    /// All requests that were granted, each as method, path and body.
    public synchronized List<String> granted() {
        return List.copyOf(requests);
    }

    private void serve() {
        try {
            while (true) {
                var connection = listening.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            var in = new BufferedInputStream(Channels.newInputStream(connection));
            while (true) {
                answer(connection, read(in));
            }
        } catch (IOException ended) {
            return;
        }
    }

    private static Request read(InputStream in) throws IOException {
        var words = line(in).split(" ");
        var length = 0;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
        }
        return new Request(words[0], words[1], new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (var each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new EOFException();
            }
            line.append((char) each);
        }
        return line.toString().strip();
    }

    private synchronized void answer(SocketChannel connection, Request request) throws IOException {
        var fault = fault(request);
        if (fault.isPresent()) {
            write(connection, "400 Bad Request", "{\"fault_message\":\"%s\"}".formatted(fault.get()));
            return;
        }
        requests.add((request.method + " " + request.path + " " + request.body).strip());
        if (request.method.equals("GET")) {
            write(connection, "200 OK", told(request.path));
            return;
        }
        change(request);
        write(connection, "204 No Content", "");
    }

    private String told(String path) {
        return path.equals("/version")
                ? "{\"firecracker_version\":\"1.13.1\"}"
                : "{\"app_name\":\"Firecracker\",\"id\":\"vm\",\"state\":\"%s\",\"vmm_version\":\"1.13.1\"}"
                        .formatted(state.label);
    }

    private Optional<String> fault(Request request) throws IOException {
        var fault = description.fault(request.method, request.path, request.body);
        if (fault.isPresent() || request.method.equals("GET")) {
            return fault;
        }
        var early = timeFault(request);
        return early.isPresent() ? early : events.fault(request.path, Json.members(Json.parse(request.body)));
    }

    /// What may come when (docs/api_requests and docs/snapshotting of Firecracker).
    private Optional<String> timeFault(Request request) {
        var wanted =
                switch (request.path) {
                    case "/snapshot/create" -> state == State.PAUSED;
                    case "/snapshot/load" ->
                        state == State.NOT_STARTED
                                && configured.keySet().stream().allMatch("/logger"::equals);
                    case "/vm" -> state != State.NOT_STARTED;
                    case "/actions" -> state == State.NOT_STARTED && configured.containsKey("/boot-source");
                    default -> state == State.NOT_STARTED;
                };
        return wanted
                ? Optional.empty()
                : Optional.of("The requested operation is not supported in state %s: %s"
                        .formatted(state.label, request.path));
    }

    private void change(Request request) throws IOException {
        switch (request.path) {
            case "/actions", "/snapshot/load" -> {
                state = request.path.equals("/actions") ? State.RUNNING : State.PAUSED;
                events.started(Map.copyOf(configured));
            }
            case "/vm" -> state = request.body.contains("Paused") ? State.PAUSED : State.RUNNING;
            case "/snapshot/create" -> {}
            default -> configured.put(request.path, request.body);
        }
    }

    private static void write(SocketChannel connection, String status, String body) throws IOException {
        var length =
                body.isEmpty() ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
        var text = "HTTP/1.1 %s \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n%s\r\n%s"
                .formatted(status, length, body);
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
