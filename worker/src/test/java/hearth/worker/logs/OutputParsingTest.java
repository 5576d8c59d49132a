package hearth.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OutputParsingTest {
    private final List<String> records = new ArrayList<>();

    private LineSplitter lines() {
        return new LineSplitter(record -> records.add(new String(record, StandardCharsets.UTF_8)));
    }

    private FrameParser frames() {
        return new FrameParser(
                (level, micros, message) ->
                        records.add(level + " " + micros + " " + new String(message, StandardCharsets.UTF_8)),
                lines());
    }

    private static ByteBuf frame(int type, long micros, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return Unpooled.buffer()
                .writeInt(type)
                .writeInt(bytes.length)
                .writeLong(micros)
                .writeBytes(bytes);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void makesARecordOfEachLine() {
        var lines = lines();

        lines.accept(text("one\n\nthr"));
        lines.accept(text("ee\nrest"));

        assertThat(records).containsExactly("one\n", "\n", "three\n");
        lines.flush();
        assertThat(records).hasSize(4).endsWith("rest");
    }

    @Test
    void cutsALineThatIsTooLong() {
        var lines = lines();

        lines.accept(text("x".repeat(LineSplitter.MAX_RECORD) + "y\n"));

        assertThat(records).containsExactly("x".repeat(LineSplitter.MAX_RECORD), "y\n");
    }

    @Test
    void readsFramesOfAllLevels() {
        var frames = frames();

        frames.accept(frame(0xA55A0003, 1, "a\rb"));
        frames.accept(frame(0xA55A000B, 2, "debug"));
        frames.accept(frame(0xA55A0016, 3, "{}"));
        frames.accept(frame(0xA55A001B, 4, ""));

        assertThat(records).containsExactly("INFO 1 a\nb", "DEBUG 2 debug", "ERROR 3 {}", "FATAL 4 ");
    }

    @Test
    void seesTheSameFramesHoweverTheyAreTorn() {
        var random = new Random(3);
        var wire = Unpooled.buffer();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            var message = "m".repeat(random.nextInt(3000));
            wire.writeBytes(frame(0xA55A0003, i, message));
            expected.add("INFO " + i + " " + message);
        }
        for (int round = 0; round < 20; round++) {
            records.clear();
            var frames = frames();
            var copy = wire.duplicate();
            while (copy.isReadable()) {
                frames.accept(copy.readSlice(Math.min(copy.readableBytes(), 1 + random.nextInt(5000))));
            }
            assertThat(records).isEqualTo(expected);
        }
    }

    @Test
    void keepsTheBeginningOfAFrameThatIsTooLong() {
        var frames = frames();
        var wire = frame(0xA55A0003, 1, "x".repeat(LineSplitter.MAX_RECORD + 5000));
        while (wire.isReadable()) {
            frames.accept(wire.readSlice(Math.min(wire.readableBytes(), 65536)));
        }
        frames.accept(frame(0xA55A0003, 2, "next"));

        assertThat(records).containsExactly("INFO 1 " + "x".repeat(LineSplitter.MAX_RECORD), "INFO 2 next");
    }

    @Test
    void keepsTextAndFramesInTheirOrder() {
        var frames = frames();

        frames.accept(text("one\ntwo without an end"));
        frames.accept(frame(0xA55A0003, 1, "three"));
        frames.accept(text("four"));
        frames.accept(text(" and a half\n"));
        frames.accept(frame(0xA55A0003, 2, "five"));
        frames.flush();

        assertThat(records)
                .containsExactly("one\n", "two without an end", "INFO 1 three", "four and a half\n", "INFO 2 five");
    }

    /// `¥Z` and half of `中` have bytes of a frame's type in them.
    @Test
    void seesTextAndFramesAlikeHoweverTheyAreTorn() {
        var random = new Random(4);
        var wire = Unpooled.buffer();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            var line = "¥Z¥¥Z\0x中文".repeat(random.nextInt(5)) + "\n";
            wire.writeBytes(text(line)).writeBytes(frame(0xA55A0003, i, "¥Z\n"));
            expected.add(line);
            expected.add("INFO " + i + " ¥Z\n");
        }
        for (int round = 0; round < 50; round++) {
            records.clear();
            var frames = frames();
            var copy = wire.duplicate();
            while (copy.isReadable()) {
                frames.accept(copy.readSlice(Math.min(copy.readableBytes(), 1 + random.nextInt(1 + 3 * round))));
            }
            assertThat(records).isEqualTo(expected);
        }
    }

    @Test
    void recordsWhatIsLeftOfAFrameAtTheEnd() {
        for (var length : List.of(1, 3, 4, 15)) {
            records.clear();
            var frames = frames();
            frames.accept(text("text"));
            frames.accept(frame(0xA55A0003, 1, "message").readSlice(length));
            frames.close();

            assertThat(String.join("", records)).startsWith("text").hasSize(4 + length);
        }
        records.clear();
        var frames = frames();
        frames.accept(frame(0xA55A0003, 1, "message").readSlice(16 + 4));
        frames.flush();
        assertThat(records).isEmpty();
        frames.close();
        assertThat(records).containsExactly("INFO 1 mess");
    }

    @Test
    void doesNotReserveWhatAFrameAnnounces() {
        var frames = frames();

        frames.accept(Unpooled.buffer()
                .writeInt(0xA55A0003)
                .writeInt(Integer.MAX_VALUE)
                .writeLong(1));
        frames.accept(text("only this"));

        assertThat(records).isEmpty();
    }
}
