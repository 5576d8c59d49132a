package hearth.worker.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A runtime that may have two events at once.
final class ConcurrentSessionTest {
    private static final String ROOT = "/2018-06-01/runtime/invocation/";

    private final List<String> heard = new ArrayList<>();
    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(16));
    private final RuntimeSession session = new RuntimeSession(new Hearing(), memory, 2);
    private final List<EmbeddedChannel> connections = new ArrayList<>();

    private final class Hearing implements RuntimeListener {
        @Override
        public void asked() {
            heard.add("asked");
        }

        @Override
        public @Nullable PieceSink begins(String requestId, String contentType) {
            return null;
        }

        @Override
        public void posted(String requestId, RuntimePost post) {
            heard.add(requestId + " "
                    + switch (post) {
                        case RuntimePost.Response(var body, var _) -> new String(body, StandardCharsets.UTF_8);
                        case RuntimePost other -> other.getClass().getSimpleName();
                    });
        }

        @Override
        public boolean keepsBody(String requestId) {
            return false;
        }

        @Override
        public void failed(Throwable defect) {
            throw new AssertionError(defect);
        }
    }

    @AfterEach
    void everythingIsGivenBack() {
        session.end();
        connections.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(memory.left()).isEqualTo(Bytes.mebibytes(16).count());
    }

    @Test
    void hasTwoEventsThatItAskedForOnTwoConnections() {
        var first = asking();
        var second = asking();

        session.offer(event("one"));
        session.offer(event("two"));

        assertThat(written(first)).contains("Request-Id: one");
        assertThat(written(second)).contains("Request-Id: two");
        assertThat(heard).containsExactly("asked");
    }

    @Test
    void mayAskForTheNextBeforeItHasAnsweredTheLast() {
        var connection = asking();
        session.offer(event("one"));
        written(connection);

        assertThat(send(connection, next())).isEmpty();
        session.offer(event("two"));

        assertThat(written(connection)).contains("Request-Id: two").doesNotContain("Request-Id: one");
        send(connection, post("one", "1") + post("two", "2"));
        assertThat(heard).containsExactly("asked", "one 1", "two 2");
    }

    @Test
    void fetchesEventsInTheirOrderWhenItAsksLate() {
        var connection = asking();
        session.offer(event("one"));
        session.offer(event("two"));
        written(connection);
        send(connection, post("one", "1"));
        session.offer(event("three"));

        assertThat(send(connection, next())).contains("Request-Id: two");
        assertThat(send(connection, next())).contains("Request-Id: three");
    }

    @Test
    void answersInAnyOrderAndPieceByPieceAtOnce() {
        var first = asking();
        var second = asking();
        session.offer(event("one"));
        session.offer(event("two"));
        written(first);
        written(second);

        send(first, head("one", 4) + "on");
        send(second, head("two", 4) + "tw");
        send(second, "o!");
        send(first, "e!");

        assertThat(heard).containsExactly("asked", "two two!", "one one!");
    }

    @Test
    void hasNoMoreEventsThanItMay() {
        var _ = asking();
        session.offer(event("one"));
        session.offer(event("two"));

        assertThatThrownBy(() -> session.offer(event("three"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void hasRoomForTheNextEventFromItsAnswerOn() {
        var connection = asking();
        session.offer(event("one"));
        session.offer(event("two"));
        written(connection);

        send(connection, post("one", "1"));
        session.offer(event("three"));

        assertThat(send(connection, next() + next())).contains("Request-Id: two");
    }

    @Test
    void answersEachEventOnce() {
        var connection = asking();
        session.offer(event("one"));
        written(connection);
        send(connection, post("one", "1"));

        assertThat(send(connection, post("one", "1"))).startsWith("HTTP/1.1 403 ");
        assertThat(send(connection, post("never", "1"))).startsWith("HTTP/1.1 400 ");
        assertThat(heard).containsExactly("asked", "one 1");
    }

    @Test
    void losesOneAnswerThatBreaksOffAndKeepsTheOther() {
        var first = asking();
        var second = asking();
        session.offer(event("one"));
        session.offer(event("two"));
        send(first, head("one", 9) + "half");

        first.close().syncUninterruptibly();
        send(second, post("two", "2"));

        assertThat(heard).containsExactly("asked", "one Truncated", "two 2");
    }

    @Test
    void givesAnEventAgainWhoseConnectionBrokeInTheMiddleOfIt() {
        var breaking = connect();
        var kernel = new FullKernel();
        breaking.pipeline().addFirst(kernel);
        send(breaking, next());
        session.offer(new InvocationEvent("large", 1, "arn:f", "Root=1", null, null, new byte[1 << 20]));
        var other = asking();

        breaking.close().syncUninterruptibly();

        assertThat(written(other)).contains("Request-Id: large");
        kernel.drop();
    }

    @Test
    void refusesEverythingAfterAnInitError() {
        var connection = connect();
        send(connection, "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(send(connection, next())).contains("State transition from InitError to Ready failed");
        assertThat(heard).containsExactly(" InitError");
    }

    private EmbeddedChannel connect() {
        var connection = new EmbeddedChannel(new RuntimeConnection(session));
        connections.add(connection);
        return connection;
    }

    private EmbeddedChannel asking() {
        var connection = connect();
        send(connection, next());
        return connection;
    }

    private static InvocationEvent event(String id) {
        return new InvocationEvent(id, 1234, "arn:f", "Root=1", null, null, "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static String next() {
        return "GET " + ROOT + "next HTTP/1.1\r\n\r\n";
    }

    private static String head(String id, int length) {
        return "POST " + ROOT + id + "/response HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static String post(String id, String body) {
        return head(id, body.length()) + body;
    }

    /// What is answered at once.
    private static String send(EmbeddedChannel connection, String request) {
        connection.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
        return written(connection);
    }

    private static String written(EmbeddedChannel connection) {
        var text = new StringBuilder();
        for (ByteBuf buffer; (buffer = connection.readOutbound()) != null; buffer.release()) {
            text.append(buffer.toString(StandardCharsets.UTF_8));
            connection.runPendingTasks();
        }
        return text.toString();
    }

    /// Takes nothing of what is written.
    private static final class FullKernel extends ChannelOutboundHandlerAdapter {
        private final List<Object> writes = new ArrayList<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            writes.add(message);
        }

        void drop() {
            writes.forEach(ReferenceCountUtil::release);
        }
    }
}
