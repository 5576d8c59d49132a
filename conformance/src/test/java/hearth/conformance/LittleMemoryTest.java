package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Yardstick;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// A server with a small heap, and all that takes its memory at once: functions that post large answers slowly,
/// uploads whose length nobody says, callers that take no answer. Others notice no more of it than that the
/// machine is busy.
class LittleMemoryTest {
    private static final int SLOW_ANSWERS = 100;
    private static final int UPLOADS = 30;
    private static final int UNREAD_ANSWERS = 60;
    private static final int UPLOAD_BYTES = 49 << 20;

    private static final Duration QUIET = Duration.ofSeconds(4);
    private static final Duration ATTACK = Duration.ofSeconds(20);

    /// What a machine with as many busy processes adds by itself.
    private static final Duration BUSY = Duration.ofMillis(200);

    private static final Signature SIGNATURE = new Signature("test", "test", "eu-west-1");

    /// Answers once with all but the last bytes of a large body, and keeps the connection open.
    private static final String SLOW_BOOTSTRAP = """
            #!/bin/bash
            exec 3<>/dev/tcp/127.0.0.1/9001
            printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
            while IFS= read -r line <&3; do
              line=${line%$'\\r'}
              case "$line" in Lambda-Runtime-Aws-Request-Id:*) id=${line#*: };; '') break;; esac
            done
            exec 4<>/dev/tcp/127.0.0.1/9001
            printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 6291456\\r\\n\\r\\n' "$id" >&4
            head -c 6291000 /dev/zero >&4
            sleep 100
            """;

    private static final String LARGE_ANSWER = "def handler(event, context):\n    return 'x' * 6000000\n";

    private static final String ECHO = "def handler(event, context):\n    return event\n";

    private final List<Socket> sockets = new ArrayList<>();

    @Test
    void othersAreServedWhileCallersAndFunctionsTakeAllTheMemoryThatTheyCanGet() throws Exception {
        // It would survive that its heap is used up: here that ends it, so that it shows.
        var heap = Map.of("JAVA_TOOL_OPTIONS", "-Xmx160m -XX:+ExitOnOutOfMemoryError");
        try (var server = HearthProcess.start(TestServer.temporaryFolder(), heap);
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "bystander", "python3.11", Map.of("app.py", ECHO), 20);
            create(lambda, "large", "python3.11", Map.of("app.py", LARGE_ANSWER), 20);
            lambda.createFunction(r -> r.functionName("slow")
                    .runtime("provided.al2023")
                    .handler("any")
                    .role(TestServer.ROLE)
                    .timeout(30)
                    .code(c -> c.zipFile(Zips.executable("bootstrap", SLOW_BOOTSTRAP))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("slow"));
            lambda.invoke(r -> r.functionName("bystander"));
            var quiet = watch(server.endpoint(), QUIET);

            var busy = Bystander.watch(server.endpoint(), "bystander", SIGNATURE);
            var uploads = new ArrayList<Thread>();
            try (busy) {
                for (int i = 0; i < SLOW_ANSWERS; i++) {
                    invoke(server.endpoint(), "slow");
                }
                for (int i = 0; i < UNREAD_ANSWERS; i++) {
                    invoke(server.endpoint(), "large");
                }
                for (int i = 0; i < UPLOADS; i++) {
                    boolean chunked = i % 2 == 0;
                    uploads.add(Thread.ofPlatform().start(() -> upload(server.endpoint(), chunked)));
                }
                LockSupport.parkNanos(ATTACK.toNanos());
                assertThat(server.isAlive()).as(server.output()).isTrue();
            }
            for (var socket : sockets) {
                socket.close();
            }
            for (var upload : uploads) {
                upload.join();
            }

            System.out.println("LittleMemoryTest: quiet " + quiet.summary() + "; then " + busy.summary());
            assertThat(busy.errors()).isEmpty();
            assertThat(busy.percentile(99, 0))
                    .isLessThan(Yardstick.scaled(
                            quiet.percentile(99, 0).multipliedBy(3).plus(BUSY)));
            assertThat(server.isAlive()).as(server.output()).isTrue();
            assertThat(lambda.invoke(r -> r.functionName("large")).payload().asByteArray())
                    .hasSize(6_000_002);
            assertThat(server.output()).doesNotContain("java.lang.OutOfMemoryError");
        }
    }

    private static Bystander watch(URI endpoint, Duration time) {
        var bystander = Bystander.watch(endpoint, "bystander", SIGNATURE);
        try (bystander) {
            LockSupport.parkNanos(time.toNanos());
        }
        assertThat(bystander.errors()).isEmpty();
        return bystander;
    }

    private static void create(
            LambdaClient lambda, String name, String runtime, Map<String, String> files, int timeout) {
        var file = files.entrySet().iterator().next();
        lambda.createFunction(r -> r.functionName(name)
                .runtime(runtime)
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(timeout)
                .code(c -> c.zipFile(Zips.of(file.getKey(), file.getValue()))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    /// A caller that asks, and never looks at the answer.
    private void invoke(URI endpoint, String function) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()));
        var draft = new Draft("POST", "/2015-03-31/functions/" + function + "/invocations");
        draft.headers.add("Host: localhost");
        draft.body = Map.of();
        SIGNATURE.sign(draft);
        socket.getOutputStream().write(draft.toBytes());
        sockets.add(socket);
    }

    /// A package that comes in `aws-chunked`, as long as the server takes it.
    private static void upload(URI endpoint, boolean chunked) {
        var piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        var head =
                "POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Encoding: aws-chunked\r\n";
        var frame = Integer.toHexString(UPLOAD_BYTES) + "\r\n";
        try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            var out = socket.getOutputStream();
            out.write(ascii(head
                    + (chunked
                            ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(frame.length()) + "\r\n"
                                    + frame + "\r\n"
                            : "Content-Length: " + (UPLOAD_BYTES + frame.length() + 7) + "\r\n\r\n" + frame)));
            for (int sent = 0; sent < UPLOAD_BYTES; sent += piece.length) {
                send(out, piece, chunked);
            }
            send(out, ascii("\r\n0\r\n\r\n"), chunked);
            if (chunked) {
                out.write(ascii("0\r\n\r\n"));
            }
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // It was refused.
        }
    }

    private static void send(OutputStream out, byte[] piece, boolean chunked) throws IOException {
        if (chunked) {
            out.write(ascii(Integer.toHexString(piece.length) + "\r\n"));
        }
        out.write(piece);
        if (chunked) {
            out.write(ascii("\r\n"));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
