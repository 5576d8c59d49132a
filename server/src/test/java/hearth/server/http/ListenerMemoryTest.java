package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What requests take of the memory budget, what happens without room, and that all of it is given back.
@ExtendWith(NoLeaks.class)
class ListenerMemoryTest {
    private static final long TOTAL = ListenerUnderTest.BODY_MEMORY.count();
    private static final String LARGE =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + EchoService.LIMIT + "\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private ListenerUnderTest server = new ListenerUnderTest();
    private long spent;

    @AfterEach
    void everythingIsGivenBack() {
        giveBack(spent);
        Await.until("nothing is held", () -> server.memory.left() == TOTAL);
        assertThat(server.memory.waiting()).isZero();
        server.close();
    }

    @Test
    void takesAllThatALargeBodyNeedsBeforeItIsRead() {
        try (var client = server.connect().send(LARGE)) {
            Await.until("it is taken", () -> server.memory.left() == TOTAL - EchoService.LIMIT);

            client.send(new byte[EchoService.LIMIT]);

            assertThat(client.read().body()).hasSize(EchoService.LIMIT);
        }
    }

    @Test
    void readsALargeBodyOnceThereIsMemoryForIt() {
        spend(TOTAL - (1 << 20));
        try (var client = server.connect().send(LARGE + "x".repeat(1000))) {
            Await.until("it waits", () -> server.memory.waiting() == 1);
            try (var small = server.connect().send(HttpListenerTest.post("/", "small"))) {
                assertThat(small.read().text()).isEqualTo("small");
            }

            giveBack(TOTAL - (1 << 20));

            client.send(new byte[EchoService.LIMIT - 1000]);
            assertThat(client.read().body()).hasSize(EchoService.LIMIT);
        }
    }

    @Test
    void asksForTheBodyOnlyOnceThereIsMemoryForIt() {
        spend(TOTAL);
        var head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n";
        try (var client = server.connect()) {
            giveBack(1000);
            client.send(head);
            Await.until("it waits", () -> server.memory.waiting() == 1);

            giveBack(TOTAL - 1000);

            assertThat(client.readWithoutBody().status()).isEqualTo(100);
            assertThat(client.send(new byte[100_000]).read().body()).hasSize(100_000);
        }
    }

    @Test
    void refusesALargeBodyThatFoundNoMemoryInTime() {
        use(HttpLimits.defaults().withMemoryTime(Duration.ofMillis(100)));
        spend(TOTAL - (1 << 20));
        try (var client = server.connect().send(LARGE)) {
            var answer = client.read();

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.text()).contains("\"Reason\":\"CallerRateLimitExceeded\"", "Rate Exceeded.");
        }
        assertThat(server.memory.refusals()).isEqualTo(1);
        giveBack(TOTAL - (1 << 20));
    }

    @Test
    void refusesABodyOfUnknownLengthThatGrowsBeyondTheMemoryAndGivesItBack() {
        spend(TOTAL - (9 << 20));
        try (var client = server.connect().send(CHUNKED + "300000\r\n")) {
            client.sendWhatIsTaken(new byte[3 << 20]);

            assertThat(client.read().status()).isEqualTo(429);
        }
        Await.until("it is given back", () -> server.memory.left() == 9 << 20);
        giveBack(TOTAL - (9 << 20));
    }

    @Test
    void forgetsWhoHangsUpWhileItWaits() {
        spend(TOTAL - (1 << 20));
        var client = server.connect().send(LARGE);
        Await.until("it waits", () -> server.memory.waiting() == 1);

        client.reset();

        Await.until("it is forgotten", () -> server.memory.waiting() == 0);
        giveBack(TOTAL - (1 << 20));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void countsARequestUntilTheStreamThatAnswersItEnds(boolean clientStays) throws InterruptedException {
        try (var client = server.connect().send(LARGE.replace("POST /", "POST /stream"))) {
            client.send(new byte[EchoService.LIMIT]);
            var answer = server.service.streams.take();
            assertThat(client.readWithoutBody().status()).isEqualTo(200);
            if (!clientStays) {
                client.reset();
            }
            var taken = new CountDownLatch(1);
            answer.write(new byte[10], taken::countDown);
            taken.await();
            assertThat(server.memory.left()).isLessThanOrEqualTo(TOTAL - EchoService.LIMIT);

            answer.end(new byte[0]);

            Await.until("it is given back", () -> server.memory.left() > TOTAL - (1 << 20));
        }
    }

    @Test
    void endsAConnectionWithItsAnswerWhenThereIsNoMemoryForWhatItSendsAhead() throws InterruptedException {
        try (var client = server.connect().send(HttpListenerTest.post("/slow", "first"))) {
            server.service.slowRequestCame.await();
            spend(TOTAL);
            client.send(HttpListenerTest.post("/", "x".repeat(30_000)));
            Await.until("it was thrown away", () -> server.memory.refusals() > 0);
            giveBack(TOTAL);

            server.service.release.countDown();

            var answer = client.read();
            assertThat(answer.text()).isEqualTo("first");
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void countsHeadsThatDoNotEndAndKeepsTheMemoryOfBodiesFromThem() {
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < 200; i++) {
            clients.add(server.connect().send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(100_000)));
        }
        Await.until("some are refused", () -> server.memory.refusals() > 0);

        assertThat(server.memory.left()).isGreaterThan(TOTAL / 8 * 7 - 1);
        clients.forEach(RawClient::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/out-of-memory", "/stack-overflow", "/head-out-of-memory"})
    void anErrorEndsTheRequestThatMetItAndNoOther(String path) {
        try (var client = server.connect().send(HttpListenerTest.post(path, "x".repeat(1000)))) {
            assertThat(client.read().status()).isEqualTo(500);
        }
        try (var next = server.connect().send(HttpListenerTest.post("/", "next"))) {
            assertThat(next.read().text()).isEqualTo("next");
        }
    }

    @Test
    void servesAllOfManyLargeRequestsAtOnceInLittleMemory() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        spend(TOTAL - (16 << 20));
        var threads = new ArrayList<Thread>();
        var answered = new ArrayList<Integer>();
        for (int i = 0; i < 12; i++) {
            int length = 1 + random.nextInt(EchoService.LIMIT);
            threads.add(Thread.ofPlatform().start(() -> {
                try (var client = server.connect()) {
                    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
                    client.sendWhatIsTaken(new byte[length]);
                    int status = client.read().status();
                    synchronized (answered) {
                        answered.add(status);
                    }
                }
            }));
        }
        for (var thread : threads) {
            join(thread);
        }

        assertThat(answered).as("seed " + seed).hasSize(12).allMatch(status -> status == 200);
        giveBack(TOTAL - (16 << 20));
    }

    private void spend(long bytes) {
        server.memory.hold(bytes);
        spent += bytes;
    }

    private void giveBack(long bytes) {
        spent -= bytes;
        server.memory.giveBack(bytes);
    }

    private void use(HttpLimits limits) {
        server.close();
        server = new ListenerUnderTest(limits);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
