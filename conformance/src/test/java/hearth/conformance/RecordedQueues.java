package hearth.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/// As much of SQS as a sender needs: every queue is there, and what is sent to one is kept to be looked at.
final class RecordedQueues implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("\"QueueName\":\"([^\"]+)\"");
    private static final Pattern URL = Pattern.compile("\"QueueUrl\":\"[^\"]*/([^\"/]+)\"");
    private static final Pattern BODY = Pattern.compile("\"MessageBody\":\"((?:[^\"\\\\]++|\\\\.)*+)\"");

    private final HttpServer server;
    private final Map<String, List<String>> queues = new ConcurrentHashMap<>();

    private RecordedQueues(HttpServer server) {
        this.server = server;
    }

    static RecordedQueues start() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var queues = new RecordedQueues(server);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", queues::answer);
        server.start();
        return queues;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The bodies of all messages that were sent to a queue.
    List<String> messages(String queue) {
        return queues.getOrDefault(queue, List.of());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var action = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            var answer = action.endsWith("GetQueueUrl") ? queueUrl(request) : send(request);
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String queueUrl(String request) {
        return "{\"QueueUrl\":\"" + url() + "/000000000000/" + found(NAME, request) + "\"}";
    }

    private String send(String request) {
        queues.computeIfAbsent(found(URL, request), _ -> new CopyOnWriteArrayList<>())
                .add(found(BODY, request).replace("\\\"", "\""));
        return "{\"MessageId\":\"m\"}";
    }

    private static String found(Pattern pattern, String text) {
        var match = pattern.matcher(text);
        if (!match.find()) {
            throw new AssertionError("No " + pattern + " in " + text);
        }
        return match.group(1);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
