package hearth.pollers.kinesis;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import software.amazon.awssdk.eventstream.HeaderValue;
import software.amazon.awssdk.eventstream.Message;

/// A server of Kinesis that does with subscriptions as the test wants: what real ones do once in five minutes, or never
/// on a laptop.
final class FakeKinesis implements AutoCloseable {
    private static final String JSON = "application/x-amz-json-1.1";

    private final HttpServer server;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// What the next subscriptions are answered.
    final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    /// The bodies of all requests, each behind its operation.
    final List<String> requests = new CopyOnWriteArrayList<>();

    sealed interface Answer {
        /// @param events as JSON, after which Kinesis ends the subscription, if it does
        record Events(boolean ends, List<String> events) implements Answer {}

        record Refusal(int status, String type, String message) implements Answer {}
    }

    FakeKinesis() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    static Answer ending(String... events) {
        return new Answer.Events(true, List.of(events));
    }

    static Answer lasting(String... events) {
        return new Answer.Events(false, List.of(events));
    }

    /// @param more members, with a comma before them
    static String event(String more, int... numbers) {
        var records = new ArrayList<String>();
        for (int number : numbers) {
            var data = Base64.getEncoder().encodeToString(("text " + number).getBytes(StandardCharsets.UTF_8));
            records.add("{\"SequenceNumber\":\"" + number + "\",\"PartitionKey\":\"a\",\"Data\":\"" + data
                    + "\",\"ApproximateArrivalTimestamp\":1700000000.5}");
        }
        return "{\"Records\":[" + String.join(",", records) + "],\"MillisBehindLatest\":0" + more + "}";
    }

    static String continuing(String number, int... numbers) {
        return event(",\"ContinuationSequenceNumber\":\"" + number + "\"", numbers);
    }

    List<String> subscriptions() {
        return requests.stream()
                .filter(request -> request.startsWith("SubscribeToShard "))
                .toList();
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        var operation = exchange.getRequestHeaders().getFirst("X-Amz-Target").replace("Kinesis_20131202.", "");
        requests.add(operation + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        switch (operation) {
            case "GetShardIterator" -> answer(exchange, 200, "{\"ShardIterator\":\"opaque\"}");
            case "GetRecords" -> answer(exchange, 200, event(",\"NextShardIterator\":\"opaque\"", 1));
            case "SubscribeToShard" -> {
                switch (answers.poll()) {
                    case null -> answer(exchange, 400, error("ResourceInUseException", "nothing was prepared"));
                    case Answer.Refusal(var status, var type, var message) ->
                        answer(exchange, status, error(type, message));
                    case Answer.Events(var ends, var events) -> answer(exchange, ends, events);
                }
            }
            default -> answer(exchange, 404, error("UnknownOperationException", operation));
        }
    }

    private static String error(String type, String message) {
        return "{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}";
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", JSON);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void answer(HttpExchange exchange, boolean ends, List<String> events)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.amazon.eventstream");
        exchange.sendResponseHeaders(200, 0);
        var body = exchange.getResponseBody();
        message("initial-response", "{}").encode(body);
        for (var event : events) {
            message("SubscribeToShardEvent", event).encode(body);
        }
        body.flush();
        if (!ends) {
            closed.await();
        }
    }

    private static Message message(String type, String json) {
        return new Message(
                Map.of(
                        ":message-type",
                        HeaderValue.fromString("event"),
                        ":event-type",
                        HeaderValue.fromString(type),
                        ":content-type",
                        HeaderValue.fromString(JSON)),
                json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
