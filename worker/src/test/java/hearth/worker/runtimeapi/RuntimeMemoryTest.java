package hearth.worker.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What runtimes may take of the server's memory, and that all of it is given back.
final class RuntimeMemoryTest {
    private static final Bytes TOTAL = Bytes.mebibytes(16);
    private static final int LARGE = 6 << 20;
    private static final String RESPONSE = "POST /2018-06-01/runtime/invocation/id/response HTTP/1.1\r\n";
    private static final String NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

    private final MemoryBudget memory = new MemoryBudget(TOTAL);
    private final List<TalkingRuntime> runtimes = new ArrayList<>();

    /// A runtime that was given an event, and the environment that listens to it.
    private final class TalkingRuntime implements RuntimeListener {
        final RuntimeSession session = new RuntimeSession(this, memory, 1);
        final EmbeddedChannel connection = connect();
        final List<RuntimePost> posts = new ArrayList<>();
        final List<byte[]> pieces = new ArrayList<>();
        Runnable taken = () -> {};
        boolean keepsBody;

        TalkingRuntime(int payload) {
            runtimes.add(this);
            send(connection, NEXT);
            session.offer(new InvocationEvent("id", 1, "arn:f", "Root=1", null, null, new byte[payload]));
        }

        EmbeddedChannel connect() {
            return new EmbeddedChannel(new RuntimeConnection(session));
        }

        void send(EmbeddedChannel to, String text) {
            to.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
        }

        void announce(int length) {
            send(connection, RESPONSE + "Content-Length: " + length + "\r\n\r\n");
        }

        void body(int length) {
            connection.writeInbound(Unpooled.wrappedBuffer(new byte[length]));
        }

        void chunk(int length) {
            send(connection, Integer.toHexString(length) + "\r\n");
            body(length);
            send(connection, "\r\n");
        }

        boolean readsOn() {
            return connection.config().isAutoRead();
        }

        @Override
        public void asked() {}

        @Override
        public PieceSink begins(String requestId, String contentType) {
            return (piece, onTaken) -> {
                pieces.add(piece);
                taken = onTaken;
            };
        }

        @Override
        public void failed(Throwable defect) {
            throw new AssertionError(defect);
        }

        @Override
        public boolean keepsBody(String requestId) {
            return keepsBody;
        }

        @Override
        public void posted(String requestId, RuntimePost post) {
            posts.add(post);
        }

        int answered() {
            return posts.getFirst() instanceof RuntimePost.Response(var body, var _) ? body.length : -1;
        }
    }

    @AfterEach
    void everythingIsGivenBack() {
        runtimes.forEach(runtime -> {
            runtime.session.end();
            runtime.connection.runPendingTasks();
            runtime.connection.finishAndReleaseAll();
        });
        assertThat(memory.left()).isEqualTo(TOTAL.count());
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void readsNoMoreOfAnAnswerThatHasNoRoomUntilThereIsSome() {
        memory.hold(14 << 20);
        var runtime = new TalkingRuntime(2);
        runtime.announce(LARGE);
        runtime.body(1000);

        assertThat(runtime.readsOn()).isFalse();
        assertThat(memory.left()).isEqualTo(2 << 20);
        memory.giveBack(14 << 20);
        runtime.connection.runPendingTasks();
        assertThat(runtime.readsOn()).isTrue();
        runtime.body(LARGE - 1000);
        assertThat(runtime.answered()).isEqualTo(LARGE);
    }

    @Test
    void takesAllThatALargeAnswerNeedsBeforeItReadsIt() {
        var first = new TalkingRuntime(2);
        var second = new TalkingRuntime(2);
        var third = new TalkingRuntime(2);
        for (var runtime : List.of(first, second, third)) {
            runtime.announce(LARGE);
            runtime.body(1);
        }

        assertThat(memory.waiting()).isEqualTo(1);
        for (var runtime : List.of(first, second)) {
            runtime.body(LARGE - 1);
            assertThat(runtime.answered()).isEqualTo(LARGE);
            runtime.send(runtime.connection, NEXT);
        }
        third.connection.runPendingTasks();
        third.body(LARGE - 1);
        assertThat(third.answered()).isEqualTo(LARGE);
    }

    @Test
    void takesTheLimitForALargeAnswerOfUnknownLengthAndGivesBackWhatItDoesNotNeed() {
        var runtime = new TalkingRuntime(2);
        runtime.send(runtime.connection, RESPONSE + "Transfer-Encoding: chunked\r\n\r\n");
        runtime.chunk(1000);
        assertThat(TOTAL.count() - memory.left()).isLessThan(2000);

        runtime.chunk(100_000);
        assertThat(TOTAL.count() - memory.left()).isEqualTo(RuntimeAnswer.MAX_RESPONSE);

        runtime.keepsBody = true;
        runtime.send(runtime.connection, "0\r\n\r\n");
        assertThat(runtime.answered()).isEqualTo(101_000);
        assertThat(TOTAL.count() - memory.left()).isEqualTo(101_000);
    }

    @Test
    void countsAnAnswerNoLongerThanItIsKept() {
        var told = new TalkingRuntime(2);
        told.announce(LARGE);
        told.body(LARGE);
        assertThat(memory.left()).isEqualTo(TOTAL.count());
        var kept = new TalkingRuntime(2);
        kept.keepsBody = true;
        kept.announce(LARGE);
        kept.body(LARGE);
        assertThat(memory.left()).isEqualTo(TOTAL.count() - LARGE);

        kept.send(kept.connection, NEXT);

        assertThat(memory.left()).isEqualTo(TOTAL.count());
    }

    @Test
    void letsSmallAnswersPassWhileLargeOnesWait() {
        memory.hold(14 << 20);
        var large = new TalkingRuntime(2);
        large.announce(LARGE);
        large.body(1);
        var small = new TalkingRuntime(2);

        small.announce(60_000);
        small.body(60_000);

        assertThat(small.answered()).isEqualTo(60_000);
        assertThat(large.posts).isEmpty();
        memory.giveBack(14 << 20);
    }

    @Test
    void givesBackWhatWasWaitedForByARuntimeThatHasEnded() {
        memory.hold(14 << 20);
        var runtime = new TalkingRuntime(2);
        runtime.announce(LARGE);
        runtime.body(1);

        runtime.session.end();
        memory.giveBack(14 << 20);

        assertThat(memory.waiting()).isZero();
    }

    @Test
    void givesBackWhatWasGrantedToARuntimeThatHasEndedMeanwhile() {
        memory.hold(14 << 20);
        var runtime = new TalkingRuntime(2);
        runtime.announce(LARGE);
        runtime.body(1);

        memory.giveBack(14 << 20);
        runtime.session.end();

        assertThat(memory.left()).isEqualTo(TOTAL.count());
    }

    @Test
    void givesBackTheMemoryOfAnAnswerThatIsTooLargeOrBreaksOff() {
        var large = new TalkingRuntime(2);
        large.send(large.connection, RESPONSE + "Transfer-Encoding: chunked\r\n\r\n");
        large.chunk(LARGE);
        large.chunk(RuntimeAnswer.MAX_RESPONSE);
        var broken = new TalkingRuntime(2);
        broken.announce(LARGE);
        broken.body(5);
        var _ = broken.connection.close();

        assertThat(memory.left()).isEqualTo(TOTAL.count());
        assertThat(broken.posts).containsExactly(new RuntimePost.Truncated());
    }

    @Test
    void streamsInSmallPiecesWhereThereIsNoMemoryForLargeOnes() {
        memory.hold(TOTAL.count() - (4 << 10));
        var runtime = new TalkingRuntime(2);
        runtime.send(
                runtime.connection,
                RESPONSE + "Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Length: 10000\r\n\r\n");
        runtime.body(10_000);
        for (int i = 0; i < 100 && runtime.posts.isEmpty(); i++) {
            runtime.taken.run();
        }

        assertThat(runtime.pieces.stream().mapToInt(piece -> piece.length).sum())
                .isEqualTo(10_000);
        assertThat(runtime.pieces).allMatch(piece -> piece.length <= 1 << 10);
        memory.giveBack(TOTAL.count() - (4 << 10));
    }

    @Test
    void sendsALargeEventPieceByPiece() {
        var runtime = new TalkingRuntime(LARGE);

        int total = 0;
        for (ByteBuf piece; (piece = runtime.connection.readOutbound()) != null; piece.release()) {
            runtime.connection.runPendingTasks();
            assertThat(piece.readableBytes()).isLessThan(EventSender.PIECE + 1024);
            total += piece.readableBytes();
        }
        assertThat(total).isBetween(LARGE, LARGE + 1024);
        runtime.announce(2);
        runtime.body(2);
        assertThat(runtime.answered()).isEqualTo(2);
    }

    @Test
    void sendsNoMoreOfAnEventThatWasAnsweredUnreadOrAskedForAgain() {
        var runtime = new TalkingRuntime(2);
        runtime.announce(2);
        runtime.body(2);
        var unread = runtime.connect();
        var kernel = new FullKernel();
        unread.pipeline().addFirst(kernel);
        runtime.send(unread, NEXT);
        runtime.session.offer(new InvocationEvent("id", 1, "arn:f", "Root=1", null, null, new byte[LARGE]));
        assertThat(kernel.writes).hasSize(1);
        var again = runtime.connect();

        runtime.send(again, NEXT);

        assertThat(unread.isOpen()).isFalse();
        assertThat(again.isOpen()).isTrue();
        kernel.drop();
        unread.finishAndReleaseAll();
        again.finishAndReleaseAll();
    }

    @Test
    void closesAConnectionThatSendsAheadWhereThereIsNoMemoryForIt() {
        var runtime = new TalkingRuntime(2);
        var ahead = runtime.connect();
        runtime.send(ahead, "GET /2018-06-01/ping HTTP/1.1\r\nX: " + "x".repeat(40_000));
        assertThat(ahead.isOpen()).isTrue();
        assertThat(memory.left()).isLessThan(TOTAL.count());

        memory.hold(TOTAL.count());
        runtime.send(ahead, "x".repeat(40_000));

        assertThat(ahead.isOpen()).isFalse();
        memory.giveBack(TOTAL.count());
        assertThat(memory.left()).isEqualTo(TOTAL.count());
    }

    @Test
    void endsAllOfManyAnswersInLittleMemoryAndGivesAllBack() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var left = IntStream.range(0, 30).map(_ -> 1 + random.nextInt(LARGE)).toArray();
        var lengths = left.clone();
        var goesOn = new HashSet<TalkingRuntime>();
        for (int i = 0; i < left.length; i++) {
            var runtime = new TalkingRuntime(2);
            if (i % 2 == 0) {
                runtime.announce(left[i]);
            } else {
                runtime.send(runtime.connection, RESPONSE + "Transfer-Encoding: chunked\r\n\r\n");
            }
        }

        for (int round = 0; round < 3_000_000 && Arrays.stream(left).anyMatch(bytes -> bytes > 0); round++) {
            int i = random.nextInt(left.length);
            var runtime = runtimes.get(i);
            runtime.connection.runPendingTasks();
            if (left[i] > 0 && runtime.readsOn()) {
                int length = Math.min(left[i], 1 + random.nextInt(100_000));
                left[i] -= length;
                if (i % 2 == 0) {
                    runtime.body(length);
                } else {
                    runtime.chunk(length);
                }
                if (left[i] == 0 && i % 2 == 1) {
                    runtime.send(runtime.connection, "0\r\n\r\n");
                }
            }
            if (!runtime.posts.isEmpty() && goesOn.add(runtime)) {
                runtime.send(runtime.connection, NEXT);
                runtime.connection.releaseOutbound();
            }
        }
        runtimes.forEach(runtime -> runtime.connection.runPendingTasks());

        for (int i = 0; i < lengths.length; i++) {
            assertThat(runtimes.get(i).answered()).as("seed " + seed).isEqualTo(lengths[i]);
        }
    }

    /// Takes nothing of what is written.
    private static final class FullKernel extends ChannelOutboundHandlerAdapter {
        private final Queue<Object> writes = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            writes.add(message);
        }

        void drop() {
            writes.forEach(ReferenceCountUtil::release);
        }
    }
}
