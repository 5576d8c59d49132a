package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import hearth.model.Yardstick;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class HostileRequestsTest {
    private static final HttpLimits HASTY = HttpLimits.defaults()
            .withHeadTime(Yardstick.scaled(Duration.ofMillis(300)))
            .withIdleTime(Yardstick.scaled(Duration.ofMillis(600)))
            .withProgressTime(Yardstick.scaled(Duration.ofMillis(300)));

    private ListenerUnderTest server = new ListenerUnderTest();

    @AfterEach
    void everythingIsGivenBack() {
        Await.until("no connection is left", () -> server.listener.connections() == 0);
        Await.until("all memory is given back", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
        server.close();
    }

    private void use(HttpLimits limits) {
        server.close();
        server = new ListenerUnderTest(limits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0\1\2\3\r\n\r\n",
                "hello\r\n\r\n",
                "GET\r\n\r\n",
                "GET /\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "get / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET relative HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /#fragment HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nName : blank\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nFolded: a\r\n b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nName: a\0b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nName: a\rb\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nN\u00e4me: a\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1FFFFFFFFF\r\na\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\0b\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\rC: d\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\na",
                "GET HTTP://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\rHost: a\r\n\r\n",
                "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"
            })
    void refusesWhatIsNotHttpAndCloses(String request) {
        try (var client = server.connect()) {
            var answer = client.send(request).read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("BadRequestException");
            assertThat(answer.text()).startsWith("{\"message\":\"");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST http://b/path HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
                "POST https://b?a=/b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\nhi",
                "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.1\r\nHost: \r\nContent-Length: \t 2 \t\r\n\r\nhi",
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0000002 ;a=\"b\"\r\nhi\r\n000\r\nA: b\r\n\r\n"
            })
    void servesWhatIsUnusualAndNothingWorse(String request) {
        try (var client = server.connect()) {
            var answer = client.send(request).read();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hi");
        }
    }

    @Test
    void takesThePathOfAnAbsoluteTargetFromBehindItsAuthority() {
        try (var client = server.connect()) {
            client.send("GET http://a?b=/refused HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);

            client.send("GET http://a/refused HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(404);
        }
    }

    @Test
    void refusesAHeadOfMoreThanAMebibyteWhileItComes() {
        try (var client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nName: ");
            client.sendWhatIsTaken("x".repeat(2 << 20).getBytes(StandardCharsets.US_ASCII));

            assertThat(client.read().status()).isEqualTo(400);
        }
        try (var client = server.connect()) {
            client.send("GET /" + "x".repeat(1_000_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(200);
        }
    }

    @Test
    void refusesMoreHeaderFieldsThanAnyoneNeeds() {
        try (var client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + "a: b\r\n".repeat(500) + "\r\n");

            assertThat(client.read().status()).isEqualTo(400);
        }
    }

    @Test
    void endsAHeadThatDoesNotEnd() {
        use(HASTY);
        try (var client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");

            var answer = client.read();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("RequestTimeoutException");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void endsAHeadThatDripsWithoutEnd() {
        use(HASTY);
        try (var client = server.connect()) {
            // In one field: of too many it would be told otherwise, where they come faster than the time passes.
            client.send("GET / HTTP/1.1\r\nHost: a\r\na: ");
            var answer = new RawClient.Answer[1];
            var reader = Thread.ofVirtual().start(() -> answer[0] = client.read());
            Await.until("the server has had enough", () -> {
                client.sendWhatIsTaken("b".getBytes(StandardCharsets.US_ASCII));
                return !reader.isAlive();
            });

            assertThat(answer[0].status()).isEqualTo(408);
        }
    }

    @Test
    void servesOthersWhileHundredsDripTheirHeads() {
        use(HASTY);
        var dripping = new ArrayList<RawClient>();
        for (int i = 0; i < 500; i++) {
            dripping.add(server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n"));
        }
        try (var client = server.connect()) {
            Await.until("the server has had enough of all of them", () -> {
                dripping.forEach(each -> each.sendWhatIsTaken("a".getBytes(StandardCharsets.US_ASCII)));
                assertThat(client.send(HttpListenerTest.post("/", "served"))
                                .read()
                                .text())
                        .isEqualTo("served");
                return server.listener.connections() == 1;
            });
        }
        dripping.forEach(RawClient::close);
    }

    @Test
    void forgetsAClientThatIsCutOffAtAnyByte() {
        for (var request : List.of(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n" + "x".repeat(30),
                "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n")) {
            for (int length = 0; length <= request.length(); length++) {
                server.connect().send(request.substring(0, length)).reset();
            }
        }
        for (int length : List.of(1, 65_535, 65_536, 65_537, 262_144, 1_000_000, EchoService.LIMIT)) {
            server.connect()
                    .send("POST /hash HTTP/1.1\r\nHost: a\r\nContent-Length: " + EchoService.LIMIT + "\r\n\r\n")
                    .send(new byte[length])
                    .reset();
        }

        try (var client = server.connect()) {
            assertThat(client.send(HttpListenerTest.post("/", "served")).read().text())
                    .isEqualTo("served");
        }
        server.service.release.countDown();
        Await.until("no body is held", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
    }

    @Test
    void boundsTheMemoryOfAnswersThatNobodyTakes() {
        var greedy = new ArrayList<RawClient>();
        Await.until("the memory is spent", () -> {
            greedy.add(server.connect().send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3)));
            return server.memory.left() < 0;
        });
        try (var client = server.connect()) {
            assertThat(client.send(HttpListenerTest.post("/", "small")).read().status())
                    .isEqualTo(429);
        }

        greedy.forEach(RawClient::reset);
        Await.until("it is given back", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
        try (var client = server.connect()) {
            assertThat(client.send(HttpListenerTest.post("/", "small")).read().text())
                    .isEqualTo("small");
        }
    }

    @Test
    void endsABodyThatStopsComing() {
        use(HASTY);
        try (var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(100_000));

            assertThat(client.read().status()).isEqualTo(408);
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void closesConnectionsThatAreNotUsed() {
        use(HASTY);
        try (var fresh = server.connect();
                var used = server.connect()) {
            assertThat(used.send(HttpListenerTest.post("/", "hello")).read().status())
                    .isEqualTo(200);

            assertThat(fresh.isEnded()).isTrue();
            assertThat(used.isEnded()).isTrue();
        }
    }

    @Test
    void closesAConnectionWhoseClientTakesNoAnswer() {
        use(HASTY);
        var body = "x".repeat(1 << 20);
        var request = HttpListenerTest.post("/", body);
        try (var client = server.connect()) {
            Await.until("the server reads no more", () -> {
                for (int i = 0; i < 10; i++) {
                    client.sendWhatIsTaken(request.getBytes(StandardCharsets.US_ASCII));
                }
                return server.listener.connections() == 0;
            });
        }
    }

    @Test
    void refusesRequestsThatEndBeforeTheyAreWhole() {
        for (var part : List.of(
                "GET / HT",
                "GET / HTTP/1.1\r\nHost: a\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal")) {
            try (var client = server.connect()) {
                client.send(part).endOutput();

                assertThat(client.read().status()).isEqualTo(400);
                assertThat(client.isEnded()).isTrue();
            }
        }
    }

    @Test
    void boundsTheMemoryOfAllBodiesTogether() {
        use(HttpLimits.defaults().withMemoryTime(Duration.ofSeconds(1)));
        var halves = new ArrayList<RawClient>();
        var half = new byte[4 << 20];
        for (int i = 0; i < 20; i++) {
            var client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6000000\r\n\r\n");
            client.sendWhatIsTaken(half);
            halves.add(client);
        }

        Await.until("the memory is spent", () -> server.memory.refusals() > 0);
        assertThat(server.memory.left()).isPositive();
        try (var client = server.connect()) {
            assertThat(client.send(HttpListenerTest.post("/", "small")).read().text())
                    .isEqualTo("small");
        }

        var answer = halves.getLast().read();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text()).contains("\"Reason\":\"CallerRateLimitExceeded\"", "Rate Exceeded.");
        halves.forEach(RawClient::close);
    }

    @Test
    void closesConnectionsBeyondTheCap() {
        use(HttpLimits.defaults().withConnections(3));
        var clients = List.of(server.connect(), server.connect(), server.connect());
        clients.forEach(client -> assertThat(
                        client.send(HttpListenerTest.post("/", "in")).read().status())
                .isEqualTo(200));

        try (var fourth = server.connect()) {
            assertThat(fourth.isEnded()).isTrue();
        }

        clients.getFirst().close();
        Await.until("there is room again", () -> server.listener.connections() == 2);
        try (var client = server.connect()) {
            assertThat(client.send(HttpListenerTest.post("/", "in")).read().status())
                    .isEqualTo(200);
        }
        clients.forEach(RawClient::close);
    }

    @Test
    void servesOthersWhileFiveThousandConnectionsDoNothing() throws IOException {
        // Both ends are in this process, whose limit the JVM has raised as far as it may.
        long limit =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        assumeTrue(limit >= 11_000, "5000 connections need 11000 descriptors (ulimit -Hn)");
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 5000; i++) {
                idle.add(new Socket(
                        server.listener.address().getAddress(),
                        server.listener.address().getPort()));
            }
            try (var client = server.connect()) {
                assertThat(client.send(HttpListenerTest.post("/", "served"))
                                .read()
                                .text())
                        .isEqualTo("served");
            }
        } finally {
            for (var socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void neverAnswersRandomBytesWithAFaultOfOurs() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var valid = "POST /path?x=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        for (int i = 0; i < 2000; i++) {
            var mutated = mutate(valid, random);
            try (var client = server.connect()) {
                client.sendWhatIsTaken(mutated).endOutput();

                while (true) {
                    int status;
                    try {
                        status = client.read().status();
                    } catch (java.io.UncheckedIOException e) {
                        break;
                    }
                    assertThat(status).as("seed %d, round %d", seed, i).isLessThan(500);
                }
            }
        }
    }

    private static byte[] mutate(String request, Random random) {
        var bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        for (int n = random.nextInt(4); n >= 0; n--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return java.util.Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
    }
}
