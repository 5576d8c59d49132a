package hearth.worker.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.memory.MemoryBudget;
import hearth.worker.runtimeapi.RequestDecoder.Found;
import hearth.worker.runtimeapi.RequestHead.Call;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestDecoderTest {
    private static final String RESPONSE = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n";
    private static final String NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";

    /// One request as the decoder saw it.
    private record Seen(Call call, String requestId, String body) {}

    private static List<Seen> decode(RequestDecoder decoder, ByteBuf in) throws MalformedRequest {
        var run = new TornRun(decoder);
        run.feed(in);
        return run.seen;
    }

    private static List<Seen> decode(String text) throws MalformedRequest {
        return decode(new RequestDecoder(), Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsAResponseAndTheNextInOneWrite() throws Exception {
        assertThat(decode(RESPONSE + "Content-Length: 4\r\n\r\nbody" + NEXT))
                .containsExactly(new Seen(Call.RESPONSE, "id-1", "body"), new Seen(Call.NEXT, "", ""));
    }

    @Test
    void readsAChunkedBodyWithExtensionsAndTrailers() throws Exception {
        var decoder = new RequestDecoder();
        var in = Unpooled.copiedBuffer(
                RESPONSE + "Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n"
                        + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n"
                        + "Lambda-Runtime-Function-Error-Type: Function.Oh\r\n"
                        + "Lambda-Runtime-Function-Error-Body: e30=\r\n\r\n",
                StandardCharsets.US_ASCII);

        assertThat(decode(decoder, in)).containsExactly(new Seen(Call.RESPONSE, "id-1", "abc0123456789"));
        assertThat(decoder.trailingErrorType()).isEqualTo("Function.Oh");
        assertThat(decoder.trailingErrorBody()).isEqualTo("e30=");
    }

    @Test
    void knowsEveryCall() throws Exception {
        assertThat(decode("GET /2018-06-01/ping?x=1 HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.PING);
        assertThat(decode("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.INIT_ERROR);
        assertThat(decode("POST /2018-06-01/runtime/invocation/a/error HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.ERROR);
        assertThat(decode("POST /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.WRONG_METHOD);
        assertThat(decode("GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.RESTORE_NEXT);
        assertThat(decode("POST /2018-06-01/runtime/restore/error HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.RESTORE_ERROR);
        assertThat(decode("GET /2018-06-01/runtime/restore HTTP/1.1\r\n\r\n")
                        .getFirst()
                        .call())
                .isEqualTo(Call.UNKNOWN_PATH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "GET /x HTTP/2.0\r\n\r\n",
                "GET  /x HTTP/1.1\r\n\r\n",
                "GET /x HTTP/1.1\nHost: x\n\n",
                "GET /x HTTP/1.1\r\nNo colon\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost : x\r\n\r\n",
                "GET /x HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
                "GET /x HTTP/1.1\r\nA: \u0001\r\n\r\n",
                "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST /x HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
                "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"
            })
    void refusesWhatIsNotHttp(String text) {
        assertThatThrownBy(() -> decode(text)).isInstanceOf(MalformedRequest.class);
    }

    @Test
    void refusesAHeadWithoutEnd() {
        var header = "X: " + "y".repeat(1000) + "\r\n";

        assertThatThrownBy(() -> decode("GET /x HTTP/1.1\r\n" + header.repeat(200)))
                .isInstanceOfSatisfying(MalformedRequest.class, malformed -> assertThat(malformed.answer())
                        .isSameAs(RuntimeAnswer.HEAD_TOO_LARGE));
        assertThatThrownBy(() -> decode("G".repeat(RequestDecoder.MAX_HEAD + 1)))
                .isInstanceOf(MalformedRequest.class);
    }

    @Test
    void keepsNothingOfABodyThatIsTooLarge() {
        var body = new BodyCollector(-1, MemoryBudget.unlimited(), _ -> {});
        var piece = Unpooled.wrappedBuffer(new byte[1 << 20]);

        for (int i = 0; i < 10; i++) {
            body.add(piece.duplicate(), 1 << 20);
        }

        assertThat(body.overflown()).isTrue();
        assertThat(body.toBytes()).isEmpty();
        assertThat(new BodyCollector(RuntimeAnswer.MAX_RESPONSE + 1L, MemoryBudget.unlimited(), _ -> {}).overflown())
                .isTrue();
    }

    @Test
    void seesTheSameHoweverTheBytesAreTorn() throws Exception {
        var random = new Random(4);
        var wire = new StringBuilder();
        var expected = new ArrayList<Seen>();
        for (int i = 0; i < 60; i++) {
            var body = "b".repeat(random.nextInt(300));
            if (random.nextBoolean()) {
                wire.append(RESPONSE)
                        .append("content-LENGTH:")
                        .append(body.length())
                        .append("\r\n\r\n")
                        .append(body);
            } else {
                wire.append(RESPONSE).append("Transfer-Encoding: Chunked\r\n\r\n");
                for (int at = 0; at < body.length(); ) {
                    int size = Math.min(1 + random.nextInt(50), body.length() - at);
                    wire.append(Integer.toHexString(size))
                            .append("\r\n")
                            .append(body, at, at + size)
                            .append("\r\n");
                    at += size;
                }
                wire.append("0\r\n\r\n");
            }
            expected.add(new Seen(Call.RESPONSE, "id-1", body));
        }
        var bytes = wire.toString().getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 50; round++) {
            var decoder = new RequestDecoder();
            var bodies = new TornRun(decoder);
            for (int at = 0; at < bytes.length; ) {
                int size = Math.min(1 + random.nextInt(round < 10 ? 1 : 400), bytes.length - at);
                bodies.feed(Unpooled.wrappedBuffer(bytes, at, size));
                at += size;
            }
            assertThat(bodies.seen).isEqualTo(expected);
        }
    }

    @Test
    void neverFailsOtherThanByRefusing() {
        var random = new Random(11);
        var valid = (RESPONSE + "Content-Length: 4\r\nContent-Type: a/b\r\n\r\nbody" + RESPONSE
                        + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" + NEXT)
                .getBytes(StandardCharsets.US_ASCII);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            var mutated = valid.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                decode(new RequestDecoder(), Unpooled.wrappedBuffer(mutated));
            } catch (MalformedRequest e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 20_000);
    }

    /// Feeds a decoder piece by piece, as a connection does.
    private static final class TornRun {
        private final RequestDecoder decoder;
        private final ByteBuf unread = Unpooled.buffer();
        private final List<Seen> seen = new ArrayList<>();
        private BodyCollector body = new BodyCollector(0, MemoryBudget.unlimited(), _ -> {});

        TornRun(RequestDecoder decoder) {
            this.decoder = decoder;
        }

        void feed(ByteBuf arrived) throws MalformedRequest {
            unread.writeBytes(arrived);
            Found found;
            while ((found = decoder.decode(unread)) != Found.NOTHING) {
                if (found == Found.HEAD) {
                    body = new BodyCollector(decoder.head().contentLength(), MemoryBudget.unlimited(), _ -> {});
                    decoder.pour(body);
                } else {
                    var head = decoder.head();
                    seen.add(new Seen(
                            head.call(), head.requestId(), new String(body.toBytes(), StandardCharsets.UTF_8)));
                }
            }
            unread.discardReadBytes();
        }
    }
}
