package hearth.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hearth.control.code.ObjectStore.Answer;
import hearth.control.code.S3Object;
import hearth.model.Bytes;
import hearth.model.Yardstick;
import hearth.model.memory.MemoryBudget;
import hearth.server.http.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// Against a server that answers as each test has it. A real one is in the tests from outside.
class S3ClientTest {
    private static final S3Object OBJECT = new S3Object("code", "a folder/grüße+.zip", "v 1/2");
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");
    private static final S3Credentials KEY = new S3Credentials("AKIDEXAMPLE", "secret/key", null);
    private static final S3Credentials SESSION = new S3Credentials("AKIDEXAMPLE", "secret/key", "a token");

    private static final Duration PATIENCE = Yardstick.scaled(Duration.ofSeconds(1));

    private interface Reply {
        void to(HttpExchange exchange) throws IOException;
    }

    private record Request(String target, Map<String, List<String>> headers) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(1));
    private volatile Reply reply = exchange -> answer(exchange, 200, "content");

    S3ClientTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.add(new Request(exchange.getRequestURI().toString(), Map.copyOf(exchange.getRequestHeaders())));
            reply.to(exchange);
        });
        server.start();
    }

    @AfterEach
    void close() {
        over.countDown();
        server.stop(0);
        threads.close();
    }

    @Test
    void getsAnObjectByItsPath() {
        assertThat(get(Optional.empty(), 100))
                .isInstanceOfSatisfying(Answer.Found.class, found -> assertThat(found.content())
                        .isEqualTo("content".getBytes(StandardCharsets.US_ASCII)));

        var request = requests.getFirst();
        assertThat(request.target()).isEqualTo("/code/a%20folder/gr%C3%BC%C3%9Fe%2B.zip?versionId=v%201%2F2");
        assertThat(request.header("Authorization")).isEmpty();
    }

    @Test
    void signsAsAwsSignsIt() {
        for (var credentials : List.of(KEY, SESSION)) {
            requests.clear();

            get(Optional.of(credentials), 100);

            var request = requests.getFirst();
            assertThat(request.header("X-amz-date")).isEqualTo("20260203T040506Z");
            assertThat(request.header("X-amz-security-token"))
                    .isEqualTo(credentials.sessionToken() == null ? "" : credentials.sessionToken());
            assertThat(request.header("Authorization"))
                    .isEqualTo(signedByAws(URI.create(endpoint() + request.target()), credentials));
        }
    }

    private static String signedByAws(URI uri, S3Credentials credentials) {
        var request =
                SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build();
        AwsCredentialsIdentity identity = credentials.sessionToken() == null
                ? AwsCredentialsIdentity.create(credentials.keyId(), credentials.secret())
                : AwsSessionCredentialsIdentity.create(
                        credentials.keyId(), credentials.secret(), credentials.sessionToken());
        return AwsV4HttpSigner.create()
                .sign(r -> r.identity(identity)
                        .request(request)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-north-1")
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(NOW, ZoneOffset.UTC)))
                .request()
                .firstMatchingHeader("Authorization")
                .orElseThrow();
    }

    @Test
    void tellsWhatS3Says() {
        reply = exchange -> answer(exchange, 404, """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>NoSuchKey</Code><Message>The key &quot;a&amp;b&quot; does not exist.</Message></Error>""");

        assertThat(get(Optional.empty(), 100))
                .isEqualTo(new Answer.Refused("NoSuchKey", "The key \"a&b\" does not exist."));
    }

    @Test
    void tellsThatItIsNotS3() {
        reply = exchange -> answer(exchange, 502, "<html>Bad gateway</html>");

        assertThat(get(Optional.empty(), 100))
                .isEqualTo(new Answer.Unreachable("it answered with the status 502 and no error of S3's"));

        reply = exchange -> answer(exchange, 403, "");
        assertThat(get(Optional.empty(), 100)).isEqualTo(new Answer.Refused("AccessDenied", "Access Denied"));
    }

    @Test
    void readsNoFurtherThanToTheLimit() {
        assertThat(get(Optional.empty(), "content".length() + 1)).isInstanceOf(Answer.Found.class);
        assertThat(get(Optional.empty(), "content".length())).isInstanceOf(Answer.TooLarge.class);

        // Nobody says where this one ends.
        reply = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            writeWithoutEnd(exchange.getResponseBody());
        };
        assertThat(get(Optional.empty(), 1 << 20)).isInstanceOf(Answer.TooLarge.class);
    }

    private static void writeWithoutEnd(OutputStream body) {
        var piece = new byte[8192];
        try {
            while (true) {
                body.write(piece);
            }
        } catch (IOException e) {
            // The client has had enough.
        }
    }

    @Test
    void givesUpAServerThatStopsInTheMiddle() {
        reply = exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };

        assertThat(get(Optional.empty(), 2000))
                .isEqualTo(new Answer.Unreachable(endpoint() + " took longer than " + PATIENCE.toSeconds() + " s"));
    }

    @Test
    void countsAnObjectWhileItComesAndUntilItIsReleased() throws Exception {
        long total = memory.left();
        reply = exchange -> {
            exchange.sendResponseHeaders(200, 200_000);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.getResponseBody().flush();
            Await.until("half of it is counted", () -> memory.left() == total - 100_000);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.close();
        };

        var found = (Answer.Found) patiently(300_000);

        assertThat(found.content()).hasSize(200_000);
        assertThat(memory.left()).isEqualTo(total - 200_000);
        found.release().run();
        found.release().run();
        assertThat(memory.left()).isEqualTo(total);
    }

    private Answer patiently(long limit) {
        try (var client = new S3Client(URI.create(endpoint()), Optional.empty(), "eu-north-1", memory, () -> NOW)) {
            return client.get(OBJECT, limit);
        }
    }

    @Test
    void holdsNothingOfWhatDidNotComeWhole() {
        long total = memory.left();
        readsNoFurtherThanToTheLimit();
        long found = "content".length();
        givesUpAServerThatStopsInTheMiddle();
        tellsWhatS3Says();
        tellsThatNobodyListens();

        assertThat(memory.left()).isEqualTo(total - found);
    }

    @Test
    void tellsThatNobodyListens() {
        server.stop(0);

        assertThat(get(Optional.empty(), 100))
                .isInstanceOfSatisfying(Answer.Unreachable.class, unreachable -> assertThat(unreachable.why())
                        .startsWith(endpoint() + ": "));
    }

    @Test
    void findsCredentialsWhereAwsClientsDo() {
        assertThat(S3Credentials.of(Map.of())).isEmpty();
        assertThat(S3Credentials.of(Map.of("AWS_ACCESS_KEY_ID", "id"))).isEmpty();
        assertThat(S3Credentials.of(Map.of("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret")))
                .contains(new S3Credentials("id", "secret", null));
        assertThat(S3Credentials.of(Map.of(
                        "AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_SESSION_TOKEN", "token")))
                .contains(new S3Credentials("id", "secret", "token"));
        assertThat(SESSION.toString()).doesNotContain("secret/key").doesNotContain("token");
    }

    private Answer get(Optional<S3Credentials> credentials, long limit) {
        InstantSource clock = () -> NOW;
        try (var client = new S3Client(URI.create(endpoint()), credentials, "eu-north-1", memory, clock, PATIENCE)) {
            return client.get(OBJECT, limit);
        }
    }

    private String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, @Nullable String body) throws IOException {
        var bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
