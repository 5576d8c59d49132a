package hearth.conformance.faults.sources;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hearth.conformance.faults.sources.Message.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;

/// A service on the loopback that functions ask about each message, before they go on to the next: it notes who asked
/// in which order, and answers whether the function succeeds.
///
/// Logs of functions would not do: a server that is killed has not written its last milliseconds.
final class Recorder implements AutoCloseable {
    private final HttpServer server;

    /// How often each message was asked about. Guarded by `this`.
    private final Map<Message, Integer> asked = new HashMap<>();

    /// Those that functions succeeded on. Guarded by `this`.
    private final Set<Message> done = new HashSet<>();

    /// The highest number of each key that a function has succeeded on. Guarded by `this`.
    private final Map<String, Integer> highest = new HashMap<>();

    /// Those that a function succeeded on first after another of their key that was sent later. Guarded by `this`.
    private final Set<Message> overtaken = new HashSet<>();

    private Recorder(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    static Recorder start() throws IOException {
        return new Recorder(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100));
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var message = Message.of(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(succeeds(message) ? 200 : 409, -1);
        }
    }

    private synchronized boolean succeeds(Message message) {
        int times = asked.merge(message, 1, Integer::sum);
        if (message.kind() == Kind.POISON || (message.kind() == Kind.FLAKY && times == 1)) {
            return false;
        }
        if (done.add(message)) {
            int before = highest.getOrDefault(message.key(), -1);
            if (before > message.number()) {
                overtaken.add(message);
            }
            highest.put(message.key(), Math.max(before, message.number()));
        }
        return true;
    }

    synchronized boolean hasAll(Collection<Message> messages) {
        return done.containsAll(messages);
    }

    synchronized int countOf(Collection<Message> messages) {
        return (int) messages.stream().filter(done::contains).count();
    }

    /// How many of these functions have succeeded on too late.
    synchronized int overtakenOf(Collection<Message> messages) {
        return (int) messages.stream().filter(overtaken::contains).count();
    }

    /// How many of these functions were run on more often than the messages themselves brought about.
    synchronized int repeatedOf(Collection<Message> messages) {
        return (int) messages.stream()
                .filter(message -> asked.getOrDefault(message, 0) > (message.kind() == Kind.FLAKY ? 2 : 1))
                .count();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
