package hearth.pollers.sqs;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// A server of SQS with one queue, which does as the test wants.
final class FakeSqs implements AutoCloseable {
    private final HttpServer server;

    /// What the next polls bring, as members of `Messages`.
    final Queue<List<String>> polls = new ConcurrentLinkedQueue<>();

    /// The bodies of all requests, by operation.
    private final Map<String, List<String>> requests = new ConcurrentHashMap<>();

    /// Operations that fail.
    final List<String> failing = new CopyOnWriteArrayList<>();

    FakeSqs() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                var operation =
                        exchange.getRequestHeaders().getFirst("X-Amz-Target").replace("AmazonSQS.", "");
                of(operation).add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                boolean fails = failing.contains(operation);
                var answer = (fails ? "{}" : answer(operation)).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
                exchange.sendResponseHeaders(fails ? 500 : 200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<String> of(String operation) {
        return requests.computeIfAbsent(operation, _ -> new CopyOnWriteArrayList<>());
    }

    private String answer(String operation) {
        return switch (operation) {
            case "GetQueueUrl" -> "{\"QueueUrl\":\"" + url() + "/q\"}";
            case "GetQueueAttributes" -> "{\"Attributes\":{\"VisibilityTimeout\":\"600\"}}";
            case "ReceiveMessage" -> {
                var next = polls.poll();
                yield "{\"Messages\":[" + (next == null ? "" : String.join(",", next)) + "]}";
            }
            default -> "{\"Successful\":[],\"Failed\":[]}";
        };
    }

    /// @param body as JSON writes it, without quotes
    static String message(String id, String body) {
        return "{\"MessageId\":\"" + id + "\",\"ReceiptHandle\":\"handle-" + id + "\",\"MD5OfBody\":\"-\",\"Body\":\""
                + body + "\"}";
    }

    /// So many of the same.
    static List<String> messages(int count, String body) {
        var messages = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            messages.add(message("m" + i, body));
        }
        return messages;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
