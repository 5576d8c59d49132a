package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Yardstick;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class StreamedBodyTest {
    private static final String GET = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final byte[] NOTHING = {};

    private final AtomicInteger taken = new AtomicInteger();
    private ListenerUnderTest server = new ListenerUnderTest();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void sendsEachPieceWhenItComes() throws InterruptedException {
        try (var client = server.connect()) {
            client.send(GET);
            var body = stream();

            var head = client.readWithoutBody();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(head.header("Content-Length")).isEmpty();
            write(body, "one");
            assertThat(client.readChunk()).asString().isEqualTo("one");
            Await.until("the piece was taken", () -> taken.get() == 1);
            write(body, "two");
            assertThat(client.readChunk()).asString().isEqualTo("two");
            body.end(bytes("three"));
            assertThat(client.readChunk()).asString().isEqualTo("three");
            assertThat(client.readChunk()).isEmpty();
        }
    }

    @Test
    void servesTheNextRequestAfterTheEnd() throws InterruptedException {
        try (var client = server.connect()) {
            client.send(GET + HttpListenerTest.post("/", "next"));
            var body = stream();
            write(body, "one");
            body.end(NOTHING);

            assertThat(client.read().text()).isEqualTo("one");
            assertThat(client.read().text()).isEqualTo("next");
        }
    }

    @Test
    void endsTheConnectionOfAnOldClientWithTheBody() throws InterruptedException {
        try (var client = server.connect()) {
            client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            var body = stream();
            write(body, "one");
            body.end(bytes("two"));

            var head = client.readWithoutBody();
            assertThat(head.header("Transfer-Encoding")).isEmpty();
            assertThat(head.header("Connection")).isEqualTo("close");
            assertThat(client.readToTheEnd()).asString().isEqualTo("onetwo");
        }
    }

    @Test
    void takesNoMoreThanTheClientDoes() throws InterruptedException {
        try (var client = server.connect()) {
            client.send(GET);
            var body = stream();
            var piece = new byte[16 << 20];
            body.write(piece, taken::incrementAndGet);
            body.write(piece, taken::incrementAndGet);
            try (var other = server.connect()) {
                assertThat(other.send(HttpListenerTest.post("/", "quick"))
                                .read()
                                .text())
                        .isEqualTo("quick");
            }
            assertThat(taken).hasValue(0);
            body.end(NOTHING);

            assertThat(client.read().body()).hasSize(2 * piece.length);
            Await.until("all was taken", () -> taken.get() == 2);
        }
    }

    @Test
    void throwsAwayWhatComesForAClientThatHungUp() throws InterruptedException {
        StreamedBody body;
        try (var client = server.connect()) {
            client.send(GET);
            body = stream();
            client.reset();
        }
        Await.until("no connection is left", () -> server.listener.connections() == 0);

        write(body, "one");
        write(body, "two");
        body.end(NOTHING);

        Await.until("all was taken", () -> taken.get() == 2);
    }

    @Test
    void waitsForAsLongAsTheNextPieceTakes() throws InterruptedException {
        impatient();
        try (var client = server.connect();
                var stuck = server.connect()) {
            client.send(GET);
            var body = stream();
            // That one is given up shows that time has passed in which the other could have been.
            stuck.send("GET / HTTP/1.1\r\n");
            assertThat(stuck.read().status()).isEqualTo(408);
            body.end(bytes("late"));

            assertThat(client.read().text()).isEqualTo("late");
        }
    }

    @Test
    void givesUpAClientThatTakesNothing() throws InterruptedException {
        impatient();
        try (var client = server.connect()) {
            client.send(GET);
            stream().write(new byte[16 << 20], taken::incrementAndGet);

            Await.until("no connection is left", () -> server.listener.connections() == 0);
            Await.until("the piece counts as taken", () -> taken.get() == 1);
        }
    }

    @Test
    void givesUpAClientThatTakesNothingOfTheLastPiece() throws InterruptedException {
        impatient();
        try (var client = server.connect()) {
            client.send(GET);
            var body = stream();
            body.write(new byte[16 << 20], taken::incrementAndGet);
            body.end(new byte[16 << 20]);

            assertThat(client.readWithoutBody().status()).isEqualTo(200);
            assertThat(client.readChunk()).hasSize(16 << 20);
            Await.until("no connection is left", () -> server.listener.connections() == 0);
        }
    }

    @Test
    void servesNothingBehindTheEndOnceTheListenerDrains() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var client = server.connect();
                var idle = server.connect()) {
            idle.send(HttpListenerTest.post("/", "hello")).read();
            client.send(GET + GET);
            var body = stream();
            write(body, "one");
            assertThat(client.readWithoutBody().status()).isEqualTo(200);

            var draining = threads.submit(() -> server.listener.drain(Duration.ofMinutes(3)));
            assertThat(idle.isEnded()).isTrue();
            body.end(NOTHING);

            assertThat(client.readChunk()).asString().isEqualTo("one");
            assertThat(client.readChunk()).isEmpty();
            assertThat(client.isEnded()).isTrue();
            draining.get();
            assertThat(server.service.streams).isEmpty();
        }
    }

    private void impatient() {
        server.close();
        server = new ListenerUnderTest(HttpLimits.defaults()
                .withProgressTime(Yardstick.scaled(Duration.ofMillis(200)))
                .withHeadTime(Yardstick.scaled(Duration.ofMillis(600))));
    }

    private StreamedBody stream() throws InterruptedException {
        var body = server.service.streams.poll(3, TimeUnit.MINUTES);
        assertThat(body).isNotNull();
        return body;
    }

    private void write(StreamedBody body, String piece) {
        body.write(bytes(piece), taken::incrementAndGet);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
