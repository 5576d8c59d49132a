package hearth.cluster.bucket;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A server that keeps objects as S3 does, remembers what it was asked, and answers the next requests as a test has it.
final class StandInS3 implements AutoCloseable {
    /// An answer, or what there is instead.
    interface Reply {
        void to(HttpExchange exchange) throws IOException;
    }

    record Request(String method, String target, Map<String, List<String>> headers, byte[] body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse("");
        }
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    /// Instead of what it would answer to the next requests.
    final ConcurrentLinkedQueue<Reply> next = new ConcurrentLinkedQueue<>();

    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    StandInS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void serve(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes();
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Map.copyOf(exchange.getRequestHeaders()),
                body));
        var reply = next.poll();
        if (reply != null) {
            reply.to(exchange);
            return;
        }
        var key = exchange.getRequestURI().getPath();
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                objects.put(key, body);
                answer(exchange, 200, new byte[0]);
            }
            case "DELETE" -> {
                objects.remove(key);
                answer(exchange, 204, new byte[0]);
            }
            default -> {
                var found = objects.get(key);
                if (found == null) {
                    refuse(exchange, 404, "NoSuchKey");
                } else {
                    answer(exchange, 200, found);
                }
            }
        }
    }

    static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
                .formatted(code, code.toLowerCase(Locale.ROOT));
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        answer(exchange, status, xml.getBytes(StandardCharsets.UTF_8));
    }

    static Reply refusal(int status, String code) {
        return exchange -> refuse(exchange, status, code);
    }

    /// Sends a part of the body that it has announced, and hangs up.
    static Reply cutOff(byte[] part, int announced) {
        return exchange -> {
            exchange.sendResponseHeaders(200, announced);
            exchange.getResponseBody().write(part);
            exchange.getResponseBody().flush();
            // Ends the connection, as the body is not whole.
            exchange.close();
        };
    }

    /// Says nothing before the test is over.
    Reply silence() {
        return exchange -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        };
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
        threads.close();
    }
}
