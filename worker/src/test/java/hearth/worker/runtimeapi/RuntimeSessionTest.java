package hearth.worker.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RuntimeSessionTest {
    private static final String ROOT = "/2018-06-01/runtime/";

    private final List<String> heard = new ArrayList<>();
    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(16));
    private final RuntimeSession session = new RuntimeSession(new Hearing(), memory, 1);
    private final EmbeddedChannel connection = connect();

    /// Whether the caller takes answers piece by piece; what it took; how to say so of the last piece.
    private boolean streams;

    private boolean askedFails;
    private final List<byte[]> pieces = new ArrayList<>();
    private Runnable taken = () -> {};

    private final class Hearing implements RuntimeListener {
        @Override
        public @Nullable PieceSink begins(String requestId, String contentType) {
            heard.add("begins " + contentType);
            return streams ? this::write : null;
        }

        private void write(byte[] piece, Runnable onTaken) {
            pieces.add(piece);
            taken = onTaken;
        }

        @Override
        public void asked() {
            if (askedFails) {
                throw new IllegalStateException("as told");
            }
            heard.add("asked");
        }

        @Override
        public void failed(Throwable defect) {
            heard.add("failed " + defect.getMessage());
        }

        @Override
        public boolean keepsBody(String requestId) {
            return false;
        }

        @Override
        public void posted(String requestId, RuntimePost post) {
            heard.add(
                    switch (post) {
                        case RuntimePost.Response(var body, var type) -> "response " + text(body) + " " + type;
                        case RuntimePost.FunctionError(var body, var type) -> "error " + text(body) + " " + type;
                        case RuntimePost.BrokenOff(var body, var type) -> "broken off " + text(body) + " " + type;
                        case RuntimePost.InitError(var body, var type) -> "init error " + text(body) + " " + type;
                        case RuntimePost.RestoreError(var body, var type) -> "restore error " + text(body) + " " + type;
                        case RuntimePost other -> other.toString();
                    });
        }
    }

    @Test
    void tellsOfWhatThrowsWhileARequestIsDealtWith() {
        askedFails = true;

        connection.writeInbound(Unpooled.copiedBuffer(next(), StandardCharsets.ISO_8859_1));

        assertThat(heard).containsExactly("failed as told");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void tellsNobodyThatAConnectionBroke() {
        connection.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

        assertThat(heard).isEmpty();
        assertThat(connection.isOpen()).isFalse();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private EmbeddedChannel connect() {
        return new EmbeddedChannel(new RuntimeConnection(session));
    }

    private static InvocationEvent event(String id) {
        return new InvocationEvent(
                id, 1234, "arn:f", "Root=1", "{\"a\":\n1}", "blue", "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static String post(String path, String body, String... headers) {
        var extra = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return "POST " + ROOT + path + " HTTP/1.1\r\n" + extra + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String next() {
        return "GET " + ROOT + "invocation/next HTTP/1.1\r\n\r\n";
    }

    /// What is answered at once.
    private String send(String request) {
        return send(connection, request);
    }

    private static String send(EmbeddedChannel connection, String request) {
        connection.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
        return written(connection);
    }

    private static String written(EmbeddedChannel connection) {
        var text = new StringBuilder();
        for (ByteBuf buffer; (buffer = connection.readOutbound()) != null; ) {
            text.append(buffer.toString(StandardCharsets.UTF_8));
            buffer.release();
        }
        return text.toString();
    }

    private static String notAllowed(String from, String to) {
        return "{\"errorMessage\":\"State transition from " + from + " to " + to
                + " failed for runtime. Error: State transition is not allowed\","
                + "\"errorType\":\"InvalidStateTransition\"}\n";
    }

    @Test
    void breaksNoConnectionOfARuntimeBeforeItHasEnded() {
        session.mute();

        assertThat(send(post("init/error", "{}"))).startsWith("HTTP/1.1 202 Accepted");
        assertThat(send(next())).contains("InvalidStateTransition");
        assertThat(connection.isOpen()).isTrue();
        session.end();
        assertThat(connection.isOpen()).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void breaksOffWhatAMutedRuntimePosts() {
        send(next());
        session.offer(event("one"));
        written(connection);
        send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf");

        session.mute();

        assertThat(connection.isOpen()).isFalse();
        assertThat(heard).containsExactly("asked");
    }

    private static String restoreNext() {
        return "GET " + ROOT + "restore/next HTTP/1.1\r\n\r\n";
    }

    private RuntimeSession snapStart() {
        return new RuntimeSession(new Hearing(), memory, 1, true);
    }

    @Test
    void hasNothingToRestoreOutsideOfSnapStart() {
        assertThat(send(restoreNext())).startsWith("HTTP/1.1 404");
        assertThat(send(post("restore/error", "{}"))).startsWith("HTTP/1.1 404");
        assertThat(session.restore()).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void restoresARuntimeBeforeItsFirstEvent() {
        var session = snapStart();
        var connection = new EmbeddedChannel(new RuntimeConnection(session));

        assertThat(send(connection, restoreNext())).isEmpty();
        assertThat(heard).containsExactly("asked");
        var other = new EmbeddedChannel(new RuntimeConnection(session));
        assertThat(send(other, next())).contains(notAllowed("RestoreReady", "Ready"));
        assertThat(send(other, post("restore/error", "{}")))
                .contains(notAllowed("RestoreReady", "RuntimeRestoreErrorState"));
        assertThat(session.restore()).isTrue();
        assertThat(written(connection))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n");
        assertThat(session.restore()).as("once").isFalse();

        assertThat(send(connection, next())).isEmpty();
        assertThat(heard).containsExactly("asked", "asked");
        session.offer(event("one"));
        assertThat(written(connection)).contains("Request-Id: one");
        assertThat(send(other, restoreNext())).contains(notAllowed("Running", "RestoreReady"));
    }

    @Test
    void restoresWhoAsksAgainAfterALostConnection() {
        var session = snapStart();
        var lost = new EmbeddedChannel(new RuntimeConnection(session));
        send(lost, restoreNext());
        lost.close().syncUninterruptibly();

        assertThat(session.restore()).isTrue();
        var connection = new EmbeddedChannel(new RuntimeConnection(session));

        assertThat(send(connection, restoreNext())).startsWith("HTTP/1.1 200 OK");
        assertThat(heard).containsExactly("asked");
    }

    @Test
    void restoresNothingInARuntimeThatAsksForAnEventAtOnce() {
        var session = snapStart();
        send(new EmbeddedChannel(new RuntimeConnection(session)), next());

        assertThat(session.restore()).isFalse();
        assertThat(heard).containsExactly("asked");
    }

    @Test
    void tellsWhatFailedAfterARestore() {
        var session = snapStart();
        var connection = new EmbeddedChannel(new RuntimeConnection(session));
        send(connection, restoreNext());
        session.restore();
        written(connection);

        var error = post("restore/error", "{}", "Lambda-Runtime-Function-Error-Type: Runtime.AfterRestoreError");

        assertThat(send(connection, error)).startsWith("HTTP/1.1 202");
        assertThat(heard).containsExactly("asked", "restore error {} Runtime.AfterRestoreError");
        assertThat(send(connection, next())).contains(notAllowed("RuntimeRestoreErrorState", "Ready"));
    }

    @Test
    void givesAWaitingRuntimeItsEvent() {
        assertThat(send(next())).isEmpty();
        session.offer(event("one"));

        assertThat(heard).containsExactly("asked");
        assertThat(written(connection))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                + "Lambda-Runtime-Aws-Request-Id: one\r\nLambda-Runtime-Deadline-Ms: 1234\r\n"
                                + "Lambda-Runtime-Invoked-Function-Arn: arn:f\r\nLambda-Runtime-Trace-Id: Root=1\r\n"
                                + "Lambda-Runtime-Client-Context: {\"a\": 1}\r\nLambda-Runtime-Aws-Tenant-Id: blue\r\nContent-Length: 2\r\n\r\n{}");
    }

    @Test
    void givesTheSameEventAgainToWhoLostIt() {
        send(next());
        session.offer(event("one"));
        connection.close().syncUninterruptibly();

        assertThat(send(connect(), next())).contains("Request-Id: one");
        assertThat(heard).containsExactly("asked");
    }

    @Test
    void tellsTheAnswerAndThenThatTheRuntimeAsks() {
        send(next());
        session.offer(event("one"));
        written(connection);

        var answers = send(post("invocation/one/response", "42", "Content-Type: text/x") + next());
        session.offer(event("two"));

        assertThat(heard).containsExactly("asked", "response 42 text/x", "asked");
        assertThat(answers).as("held back, to wake the runtime once").isEmpty();
        assertThat(written(connection)).startsWith("HTTP/1.1 202 Accepted\r\n").contains("Request-Id: two");
    }

    @Test
    void answersAResponseAtOnceIfNothingFollows() {
        send(next());
        session.offer(event("one"));
        written(connection);

        assertThat(send(post("invocation/one/response", "42"))).endsWith("\r\n\r\n{\"status\":\"OK\"}\n");
    }

    @Test
    void refusesWhatItsStateDoesNotAllow() {
        assertThat(send(post("invocation/one/response", "1")))
                .startsWith("HTTP/1.1 400 ")
                .contains("InvalidRequestID");
        send(next());
        session.offer(event("one"));
        written(connection);
        assertThat(send(post("init/error", "{}")))
                .startsWith("HTTP/1.1 403 ")
                .endsWith(notAllowed("Running", "InitError"));
        assertThat(send(post("invocation/two/error", "{}"))).startsWith("HTTP/1.1 400 ");
        assertThat(send(post("invocation/one/error", "{}"))).startsWith("HTTP/1.1 202 ");
        assertThat(send(post("invocation/one/response", "1")))
                .startsWith("HTTP/1.1 403 ")
                .endsWith(notAllowed("RuntimeResponseSentState", "InvocationResponse"));
        assertThat(send(post("invocation/one/error", "1")))
                .endsWith(notAllowed("RuntimeResponseSentState", "InvocationErrorResponse"));
        assertThat(heard).containsExactly("asked", "error {} Function.Unknown");
    }

    @Test
    void refusesEverythingAfterAnInitError() {
        assertThat(send(post("init/error", "{1}", "Lambda-Runtime-Function-Error-Type: Runtime.Bad")))
                .startsWith("HTTP/1.1 202 ");
        assertThat(send(next())).endsWith(notAllowed("InitError", "Ready"));
        assertThat(heard).containsExactly("init error {1} Runtime.Bad");
    }

    @Test
    void keepsWellFormedErrorTypesOnly() {
        send(next());
        session.offer(event("one"));
        send(post("invocation/one/error", "e", "Lambda-Runtime-Function-Error-Type: evil\"type"));
        assertThat(heard).contains("error e Function.Unknown");
    }

    @Test
    void readsAStreamedResponseThatEndsInAnError() {
        send(next());
        session.offer(event("one"));
        written(connection);

        var answer = send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\n"
                + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nab\r\n0\r\nLambda-Runtime-Function-Error-Type: Function.Late\r\n"
                + "Lambda-Runtime-Function-Error-Body: e30=\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 202 ");
        assertThat(heard).containsExactly("asked", "begins application/json", "broken off {} Function.Late");
    }

    private void beginStreaming() {
        streams = true;
        send(next());
        session.offer(event("one"));
        written(connection);
        heard.clear();
        send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\nContent-Type: text/x\r\n"
                + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    private void take() {
        sayTaken();
        connection.runPendingTasks();
    }

    /// Of each piece once.
    private void sayTaken() {
        var last = taken;
        taken = () -> {};
        last.run();
    }

    @Test
    void passesAStreamedResponseOnWhileItArrives() {
        beginStreaming();

        send("2\r\nab\r\n");
        send("1\r\nc\r\n");
        send("1\r\nd\r\n");
        assertThat(pieces).map(RuntimeSessionTest::text).containsExactly("ab");
        take();
        assertThat(pieces).map(RuntimeSessionTest::text).containsExactly("ab", "cd");
        take();
        assertThat(send("0\r\n\r\n")).startsWith("HTTP/1.1 202 ");

        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=4]");
    }

    @Test
    void endsAStreamedResponseOnceItsLastPieceWasTaken() {
        beginStreaming();

        assertThat(send("2\r\nab\r\n0\r\n\r\n" + next())).isEmpty();
        assertThat(heard).containsExactly("begins text/x");
        take();
        session.offer(event("two"));

        assertThat(written(connection)).startsWith("HTTP/1.1 202 ").contains("Lambda-Runtime-Aws-Request-Id: two");
        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=2]", "asked");
    }

    @Test
    void readsNoFurtherThanTheCallerOfAStreamedResponseTakes() {
        beginStreaming();
        var chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";

        for (int i = 0; i < 10; i++) {
            send(chunk);
        }
        assertThat(connection.config().isAutoRead()).isFalse();
        assertThat(pieces).hasSize(1);
        send("0\r\n\r\n");
        for (int i = 0; i < 10; i++) {
            take();
        }

        assertThat(connection.config().isAutoRead()).isTrue();
        assertThat(pieces.stream().mapToInt(piece -> piece.length).sum()).isEqualTo(10 * 0x8000);
        assertThat(pieces).allMatch(piece -> piece.length <= BodyStreamer.PIECE);
        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=327680]");
    }

    @Test
    void tellsOfAnErrorBehindAStreamedResponse() {
        beginStreaming();
        send("2\r\nab\r\n0\r\nLambda-Runtime-Function-Error-Type: Function.Late\r\n"
                + "Lambda-Runtime-Function-Error-Body: e30=\r\n\r\n");
        take();

        assertThat(heard).containsExactly("begins text/x", "broken off {} Function.Late");
    }

    @Test
    void tellsOfAStreamedResponseWhoseConnectionBroke() {
        beginStreaming();
        send("2\r\nab\r\n");

        connection.close().syncUninterruptibly();
        take();

        assertThat(heard).containsExactly("begins text/x", "Truncated[]");
    }

    @Test
    void passesOnAllThatArrivedOfAResponseWhoseConnectionWasClosedBehindIt() {
        beginStreaming();
        var chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        for (int i = 0; i < 5; i++) {
            send(chunk);
        }
        send("0\r\n\r\n");

        connection.close().syncUninterruptibly();
        var other = connect();
        assertThat(send(other, next())).isEmpty();
        assertThat(heard).containsExactly("begins text/x");
        for (int i = 0; i < 5; i++) {
            take();
        }

        assertThat(pieces.stream().mapToInt(piece -> piece.length).sum()).isEqualTo(5 * 0x8000);
        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=163840]", "asked");
        session.offer(event("two"));
        assertThat(written(other)).contains("Lambda-Runtime-Aws-Request-Id: two");
    }

    /// A channel that is closed is not writable, and tells of its end a moment later.
    @Test
    void passesOnAllThatArrivedWhenAPieceIsTakenBeforeTheEndIsTold() {
        beginStreaming();
        for (int i = 0; i < 5; i++) {
            send("8000\r\n" + "x".repeat(0x8000) + "\r\n");
        }
        send("0\r\n\r\n");

        var _ = connection.close(connection.newPromise().addListener(_ -> sayTaken()));
        for (int i = 0; i < 4; i++) {
            take();
        }

        assertThat(pieces.stream().mapToInt(piece -> piece.length).sum()).isEqualTo(5 * 0x8000);
        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=163840]");
    }

    @Test
    void tellsThatAResponseIsCutOffOnceWhatArrivedOfItWasTaken() {
        beginStreaming();
        for (int i = 0; i < 5; i++) {
            send("8000\r\n" + "x".repeat(0x8000) + "\r\n");
        }

        connection.close().syncUninterruptibly();
        assertThat(heard).containsExactly("begins text/x");
        for (int i = 0; i < 5; i++) {
            take();
        }

        assertThat(pieces.stream().mapToInt(piece -> piece.length).sum())
                .isGreaterThanOrEqualTo(2 * BodyStreamer.PIECE);
        assertThat(heard).containsExactly("begins text/x", "Truncated[]");
    }

    @Test
    void hearsWhatARuntimeWroteBeforeItEnded() {
        send(next());
        session.offer(event("e1"));

        session.hearLastWords(() -> heard.add("end"));
        send(post("invocation/e1/response", "late") + next());
        connection.close().syncUninterruptibly();

        assertThat(heard).containsExactly("asked", "response late application/json", "end");
    }

    @Test
    void passesOnWhatARuntimeStreamedBeforeItEndedAndTellsOfNoBreak() {
        beginStreaming();

        session.hearLastWords(() -> heard.add("end"));
        connection.writeInbound(Unpooled.copiedBuffer("3\r\nabc\r\n", StandardCharsets.ISO_8859_1));
        connection.writeInbound(Unpooled.copiedBuffer("2\r\nde\r\n", StandardCharsets.ISO_8859_1));
        connection.close().syncUninterruptibly();
        assertThat(heard).doesNotContain("end");
        take();
        take();

        assertThat(String.join("", pieces.stream().map(RuntimeSessionTest::text).toList()))
                .endsWith("abcde");
        assertThat(heard.getLast()).isEqualTo("end");
        assertThat(heard.toString()).doesNotContain("Truncated");
    }

    @Test
    void hearsNoLongerThanItIsToldTo() {
        beginStreaming();

        session.hearLastWords(() -> heard.add("end"));
        session.stopHearing();
        session.stopHearing();
        session.end();

        assertThat(heard).containsOnlyOnce("end");
    }

    @Test
    void givesNoEventToARuntimeThatHasEnded() {
        send(next());
        session.hearLastWords(() -> heard.add("end"));
        session.offer(event("e1"));

        assertThat(written(connection)).isEmpty();
        connection.close().syncUninterruptibly();
        assertThat(heard).containsExactly("asked", "end");
    }

    @Test
    void letsWhoAsksTooEarlyWaitUntilTheResponseIsDelivered() {
        beginStreaming();
        send("2\r\nab\r\n0\r\n\r\n");
        var other = connect();

        assertThat(send(other, next())).isEmpty();
        assertThat(heard).containsExactly("begins text/x");
        take();

        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=2]", "asked");
        session.offer(event("two"));
        assertThat(written(other)).contains("Lambda-Runtime-Aws-Request-Id: two");
    }

    /// A runtime has written all and asks anew while the end of its response lies in the socket still.
    @Test
    void letsWhoAsksTooEarlyWaitForTheEndOfAResponseThatIsNotHereYet() {
        beginStreaming();
        send("2\r\nab\r\n");
        var other = connect();
        var third = connect();

        assertThat(send(other, next())).isEmpty();
        assertThat(send(third, next())).isEmpty();
        send("0\r\n\r\n");
        assertThat(heard).containsExactly("begins text/x");
        take();

        assertThat(heard).containsExactly("begins text/x", "Streamed[bytes=2]", "asked");
        session.offer(event("two"));
        assertThat(written(other)).contains("Lambda-Runtime-Aws-Request-Id: two");
        send(other, post("invocation/two/response", "2"));
        session.offer(event("three"));
        assertThat(written(third)).contains("Lambda-Runtime-Aws-Request-Id: three");
    }

    @Test
    void takesNoErrorForAStreamedResponse() {
        streams = true;
        send(next());
        session.offer(event("one"));
        written(connection);

        send(post("invocation/one/error", "{}", "Lambda-Runtime-Function-Response-Mode: streaming"));

        assertThat(pieces).isEmpty();
        assertThat(heard).containsExactly("asked", "error {} Function.Unknown");
    }

    @Test
    void passesNothingOnAfterItsEnd() {
        beginStreaming();
        for (int i = 0; i < 5; i++) {
            send("8000\r\n" + "x".repeat(0x8000) + "\r\n");
        }
        connection.close().syncUninterruptibly();
        var before = pieces.size();

        session.end();
        take();

        assertThat(pieces).hasSize(before);
        assertThat(heard).containsExactly("begins text/x");
    }

    @Test
    void cutsAStreamedResponseOffAtItsLimit() {
        beginStreaming();
        var chunk = Integer.toHexString(1 << 20) + "\r\n" + "x".repeat(1 << 20) + "\r\n";
        var answer = "";
        for (int i = 0; i <= 200; i++) {
            answer += send(chunk);
            for (int j = 0; j < 16; j++) {
                take();
            }
        }
        answer += send("0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("(209715200 bytes)");
        assertThat(heard).containsExactly("begins text/x", "TooLarge[limit=209715200]");
    }

    @Test
    void refusesAResponseModeThatDoesNotExist() {
        send(next());
        session.offer(event("one"));
        written(connection);

        assertThat(send(post("invocation/one/response", "1", "Lambda-Runtime-Function-Response-Mode: x")))
                .startsWith("HTTP/1.1 400 ")
                .contains("InvalidFunctionResponseMode");
        assertThat(heard).containsExactly("asked", "InvalidResponseMode[]");
    }

    @Test
    void skipsAResponseThatIsTooLargeAndGoesOn() {
        send(next());
        session.offer(event("one"));
        written(connection);

        var answer = send(post("invocation/one/response", "x".repeat(RuntimeAnswer.MAX_RESPONSE + 1)));

        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .endsWith("{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\","
                        + "\"errorType\":\"RequestEntityTooLarge\"}\n");
        assertThat(send(next())).isEmpty();
        assertThat(heard).containsExactly("asked", "TooLarge[limit=6291556]", "asked");
    }

    @Test
    void tellsOfAResponseWhoseConnectionBroke() {
        send(next());
        session.offer(event("one"));
        written(connection);

        send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf");
        connection.close().syncUninterruptibly();

        assertThat(heard).containsExactly("asked", "Truncated[]");
        assertThat(send(connect(), next())).isEmpty();
    }

    @Test
    void letsTheClientSendItsBodyWhenItAsks() {
        send(next());
        session.offer(event("one"));
        written(connection);

        assertThat(send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\nExpect: 100-continue\r\n"
                        + "Content-Length: 2\r\n\r\n"))
                .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(send("42")).startsWith("HTTP/1.1 202 ");
    }

    @Test
    void answersUnknownPathsAndWrongMethods() {
        assertThat(send("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
        assertThat(send("GET " + ROOT + "restore/next HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
        assertThat(send("DELETE " + ROOT + "invocation/next HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405 ");
        assertThat(send("GET /2018-06-01/ping HTTP/1.1\r\n\r\n")).endsWith("\r\n\r\npong");
    }

    @Test
    void answersAndClosesWhenAskedToOrWhenItDoesNotUnderstand() {
        assertThat(send("GET /2018-06-01/ping HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .endsWith("pong");
        assertThat(connection.isOpen()).isFalse();
        var other = connect();
        assertThat(send(other, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void saysNothingAfterItsEnd() {
        send(next());
        session.offer(event("one"));
        send("POST " + ROOT + "invocation/one/response HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf");

        session.end();

        assertThat(connection.isOpen()).isFalse();
        assertThat(heard).containsExactly("asked");
    }

    @Test
    void stopsReadingFromARuntimeThatReadsNoAnswers() {
        var requests = 5_000;
        var outbound = connection.unsafe().outboundBuffer();

        outbound.setUserDefinedWritability(1, false);
        send("GET /2018-06-01/ping HTTP/1.1\r\n\r\n".repeat(requests));
        var readsOn = connection.config().isAutoRead();
        outbound.setUserDefinedWritability(1, true);
        connection.runPendingTasks();

        assertThat(readsOn).isFalse();
        assertThat(written(connection).split("pong", -1)).hasSize(requests + 1);
        assertThat(connection.config().isAutoRead()).isTrue();
    }

    @Test
    void survivesWhateverARuntimeSends() {
        var random = new Random(23);
        var valid = next() + post("invocation/one/response", "42") + next() + "POST " + ROOT
                + "invocation/one/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
        for (int round = 0; round < 5_000; round++) {
            var run = new RuntimeSession(new Hearing(), memory, 1);
            var hostile = new EmbeddedChannel(new RuntimeConnection(run));
            var bytes = valid.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < random.nextInt(4); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            for (int at = 0; at < bytes.length && hostile.isOpen(); ) {
                int size = Math.min(1 + random.nextInt(120), bytes.length - at);
                hostile.writeInbound(Unpooled.copiedBuffer(bytes, at, size));
                if (random.nextInt(4) == 0) {
                    run.offer(event("one"));
                }
                at += size;
            }
            hostile.checkException();
            hostile.finishAndReleaseAll();
            run.end();
        }
    }
}
