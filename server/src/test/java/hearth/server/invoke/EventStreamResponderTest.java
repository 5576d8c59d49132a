package hearth.server.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import hearth.server.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventStreamResponderTest {
    private static final byte[] COMPLETE = EventStreamMessage.invokeComplete(new byte[] {'{', '}'});

    @Test
    void framesAnAnswerInMessagesOfSixtyFourKibibytes() {
        var payload = new byte[150_000];
        new Random(1).nextBytes(payload);
        var expected = new ByteArrayOutputStream();
        expected.writeBytes(EventStreamMessage.payloadChunk(payload, 0, 65_536));
        expected.writeBytes(EventStreamMessage.payloadChunk(payload, 65_536, 65_536));
        expected.writeBytes(EventStreamMessage.payloadChunk(payload, 131_072, 18_928));
        expected.writeBytes(COMPLETE);

        var answer = EventStreamResponder.whole(Map.of(), payload, COMPLETE);

        assertThat(joined(answer)).isEqualTo(expected.toByteArray());
    }

    @Test
    void takesNoMemoryOfTheAnswersSizeToFrameIt() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var payload = new byte[6 << 20];
        EventStreamResponder.whole(Map.of(), payload, COMPLETE);
        long before = threads.getCurrentThreadAllocatedBytes();

        EventStreamResponder.whole(Map.of(), payload, COMPLETE);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(256 << 10);
    }

    private static byte[] joined(HttpResponse answer) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(answer.body());
        for (var buffer : answer.more()) {
            var bytes = new byte[buffer.remaining()];
            buffer.get(buffer.position(), bytes);
            whole.writeBytes(bytes);
        }
        return whole.toByteArray();
    }
}
