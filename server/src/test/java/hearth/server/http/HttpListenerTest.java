package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.memory.MemoryBudget;
import hearth.server.http.RawClient.Answer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class HttpListenerTest {
    private final ListenerUnderTest server = new ListenerUnderTest();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void sendsABodyOfSeveralBuffersAsOne() {
        try (var client = server.connect()) {
            for (var rest : List.of("", "small", "large".repeat(100_000))) {
                client.send(post("/parts", rest));

                var answer = client.read();
                assertThat(answer.text()).isEqualTo("ac" + rest);
                assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(2 + rest.length()));
            }
            client.send("HEAD /parts HTTP/1.1\r\nHost: a\r\n\r\n");
            var head = client.readWithoutBody();
            assertThat(head.header("Content-Length")).isEqualTo("2");
            client.send(post("/", "next"));
            assertThat(client.read().text()).isEqualTo("next");
        }
    }

    @Test
    void answersWithAnIdTheDateAndTheBody() {
        try (var client = server.connect()) {
            var answer = client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                    .read();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(UUID.fromString(answer.header("x-amzn-RequestId"))).isNotNull();
            assertThat(ZonedDateTime.parse(answer.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .isBetween(
                            java.time.Instant.now().minusSeconds(60),
                            java.time.Instant.now().plusSeconds(60));
        }
    }

    @Test
    void servesManyRequestsOnOneConnection() {
        try (var client = server.connect()) {
            for (int i = 0; i < 100; i++) {
                var body = "request " + i;
                var answer = client.send(post("/", body)).read();

                assertThat(answer.text()).isEqualTo(body);
                assertThat(answer.header("Connection")).isEmpty();
            }
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() {
        try (var client = server.connect()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append(post(i % 2 == 0 ? "/late" : "/", "request " + i));
            }
            client.send(requests.toString());

            for (int i = 0; i < 200; i++) {
                assertThat(client.read().text()).isEqualTo("request " + i);
            }
        }
    }

    @Test
    void answersAPipelineWhoseClientHasNothingMoreToSay() {
        try (var client = server.connect()) {
            client.send(post("/late", "one") + post("/late", "two") + post("/", "three"))
                    .endOutput();

            assertThat(client.read().text()).isEqualTo("one");
            assertThat(client.read().text()).isEqualTo("two");
            assertThat(client.read().text()).isEqualTo("three");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void readsRequestsThatComeByteByByte() {
        try (var client = server.connect()) {
            for (byte b : post("/path", "slowly").getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                client.send(new byte[] {b});
            }

            assertThat(client.read().text()).isEqualTo("slowly");
        }
    }

    @Test
    void readsChunkedBodies() {
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("5\r\nhello\r\n7;name=value\r\n, world\r\n0\r\nTrailer: ignored\r\n\r\n");

            assertThat(client.read().text()).isEqualTo("hello, world");
            assertThat(client.send(post("/", "next")).read().text()).isEqualTo("next");
        }
    }

    @Test
    void readsAChunkedBodyOfManyMegabytesWhole() {
        var body = randomBytes(EchoService.LIMIT);
        try (var client = server.connect()) {
            client.send("POST /hash HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            var random = new Random(7);
            for (int at = 0; at < body.length; ) {
                int size = Math.min(body.length - at, 1 + random.nextInt(100_000));
                client.send(Integer.toHexString(size) + "\r\n");
                client.send(java.util.Arrays.copyOfRange(body, at, at + size));
                client.send("\r\n");
                at += size;
            }
            client.send("0\r\n\r\n");

            assertThat(client.read().text()).isEqualTo(sha256(body));
        }
    }

    @Test
    void returnsALargeBodyByteForByte() {
        var body = randomBytes(EchoService.LIMIT);
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n");
            client.send(body);

            assertThat(client.read().body()).isEqualTo(body);
        }
    }

    @Test
    void hashesBodiesOfAllSizes() {
        try (var client = server.connect()) {
            for (int size : new int[] {0, 1, 1000, 65_536, 65_537, 300_000, 1_000_000, EchoService.LIMIT}) {
                var body = randomBytes(size);
                client.send("POST /hash HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
                client.send(body);

                assertThat(client.read().text()).isEqualTo(sha256(body));
            }
        }
    }

    @Test
    void givesLeaveToSendABodyThatIsExpected() {
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readWithoutBody().status()).isEqualTo(100);

            client.send("hello");
            assertThat(client.read().text()).isEqualTo("hello");
        }
    }

    @Test
    void refusesABodyThatIsTooLargeBeforeItIsSent() {
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 6291457\r\n\r\n");

            var answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void tellsAClientThatSendsTooMuchSoEvenWhileItSends() {
        var body = new byte[EchoService.LIMIT + 1];
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n");
            client.send(body);

            assertThat(client.read().status()).isEqualTo(413);
        }
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n600001\r\n");
            client.send(body);

            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void closesAfterTheAnswerWhenTheClientAsksForIt() {
        try (var client = server.connect()) {
            var answer = client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .read();

            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void keepsAConnectionOfHttp10OnlyWhenAsked() {
        try (var client = server.connect()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.read().header("Connection")).isEqualTo("keep-alive");

            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.read().header("Connection")).isEqualTo("close");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void sendsNoBodyWhereThereMayBeNone() {
        try (var client = server.connect()) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            assertThat(client.readWithoutBody().header("Content-Length")).isEqualTo("2");

            var empty = client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n").read();
            assertThat(empty.status()).isEqualTo(204);
            assertThat(empty.header("Content-Length")).isEmpty();
            assertThat(client.send(post("/", "next")).read().text()).isEqualTo("next");
        }
    }

    @Test
    void answersAFaultOfOursAndServesTheNextRequest() {
        try (var client = server.connect()) {
            assertThat(client.send(post("/fault", "x")).read().status()).isEqualTo(500);
            assertThat(client.send(post("/", "next")).read().text()).isEqualTo("next");
            assertThat(client.send(post("/head-fault", "x")).read().status()).isEqualTo(500);
        }
    }

    @Test
    void refusesByTheHeadAloneAndKeepsTheConnectionWhenThereIsNoBody() {
        try (var client = server.connect()) {
            Answer answer =
                    client.send("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n").read();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("UnknownOperationException");
            assertThat(answer.text()).isEqualTo("{\"Message\":\"No such path\"}");

            assertThat(client.send(post("/", "next")).read().text()).isEqualTo("next");
        }
    }

    @Test
    void finishesWhatIsInHandWhenItDrains() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var busy = server.connect();
                var idle = server.connect()) {
            assertThat(idle.send(post("/", "hello")).read().status()).isEqualTo(200);
            busy.send(post("/slow", "patience"));
            server.service.slowRequestCame.await();

            var draining = threads.submit(() -> server.listener.drain(Duration.ofMinutes(3)));

            assertThat(idle.isEnded()).isTrue();
            assertThat(draining).isNotDone();
            server.service.release.countDown();
            var answer = busy.read();
            assertThat(answer.text()).isEqualTo("patience");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(busy.isEnded()).isTrue();
            draining.get();
            assertThat(server.listener.connections()).isZero();
        }
    }

    @Test
    void sendsClientsAwayWithTheirAnswersAndServesThemAllTheSame() {
        try (var stays = server.connect()) {
            assertThat(stays.send(post("/", "first")).read().header("Connection"))
                    .isNotEqualTo("close");

            server.listener.sendAway(true);

            var last = stays.send(post("/", "second")).read();
            assertThat(last.text()).isEqualTo("second");
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(stays.isEnded()).isTrue();
        }
        try (var anew = server.connect()) {
            assertThat(anew.send(post("/", "third")).read().header("Connection"))
                    .isEqualTo("close");
        }
        server.listener.sendAway(false);
        try (var anew = server.connect()) {
            assertThat(anew.send(post("/", "fourth")).read().header("Connection"))
                    .isNotEqualTo("close");
        }
    }

    @Test
    void takesNoConnectionThatComesToItsLoopAfterTheListenerHasDrained() throws Exception {
        var encoder = new ResponseEncoder(InstantSource.system());
        var drained = new OpenConnections();
        drained.drain();
        var closed = new OpenConnections();
        closed.closeAll();

        for (var open : List.of(drained, closed)) {
            var late = EmbeddedChannel.builder().register(false).build();
            late.pipeline()
                    .addLast(new Connection(
                            server.listener,
                            server.service,
                            ConnectionBudgets.of(MemoryBudget.unlimited(), MemoryBudget.unlimited()),
                            late,
                            open,
                            encoder));
            late.register();
            assertThat(late.isOpen()).isFalse();
        }
    }

    @Test
    void dropsTheAnswerOfAClientThatHungUp() throws InterruptedException {
        try (var client = server.connect()) {
            client.send(post("/slow", "gone"));
            server.service.slowRequestCame.await();
        }
        server.service.release.countDown();

        Await.until("no connection is left", () -> server.listener.connections() == 0);
        Await.until("no body is held", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
    }

    static String post(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static byte[] randomBytes(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sendsAllOfALargeAnswerToAClientThatHasClosedItsSide() {
        for (int i = 0; i < 10; i++) {
            try (var client = server.connect()) {
                client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").endOutput();

                assertThat(client.read().body().length).isEqualTo(EchoService.LIMIT);
                assertThat(client.isEnded()).isTrue();
            }
        }
    }

    /// More than is read ahead, so that reading stops before the end comes.
    @Test
    void answersAllThatAClientSentBeforeItClosedItsSide() throws Exception {
        int requests = 60;
        try (var client = server.connect()) {
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            server.service.slowRequestCame.await();
            for (int i = 0; i < requests; i++) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n" + "x".repeat(4000));
            }
            client.endOutput();
            server.service.release.countDown();

            assertThat(client.read().status()).isEqualTo(200);
            for (int i = 0; i < requests; i++) {
                assertThat(client.read().body().length).isEqualTo(4000);
            }
            assertThat(client.isEnded()).isTrue();
        }
    }
}
