package hearth.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.LogFormat;
import hearth.worker.Await;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a function's log to the disk and back.
final class LogStreamsTest {
    private static final Instant NOW = Instant.parse("2025-11-23T10:00:00Z");

    @TempDir
    Path root;

    private FunctionLog log(LogWriter writer, String stream, LogFormat format, String level) {
        var name = new LogStreamName("123456789012", "eu-west-1", "/aws/lambda/f", stream);
        return new FunctionLog(writer.stream(name), format, level, "INFO", Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private LogReader reader() {
        return new LogReader(new LogDirectory(root), "123456789012", "eu-west-1", "/aws/lambda/f", Instant.EPOCH);
    }

    private static void print(FunctionLog log, String text) {
        log.output().accept(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    @Test
    void followsWhatIsAddedToAllStreamsOfAGroup() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            var reader = reader();
            var read = new ArrayList<LogEvent>();
            var one = log(writer, "2025/11/23/[1]aa", LogFormat.TEXT, "INFO");
            print(one, "first\n");
            Await.until(() -> read.addAll(reader.poll()));
            var two = log(writer, "2025/11/23/[1]bb", LogFormat.TEXT, "INFO");
            print(two, "second\n");
            print(one, "third\n");
            Await.until(() -> read.addAll(reader.poll()) && read.size() == 3);

            assertThat(read)
                    .contains(
                            new LogEvent(NOW, "2025/11/23/[1]aa", "first\n"),
                            new LogEvent(NOW, "2025/11/23/[1]bb", "second\n"),
                            new LogEvent(NOW, "2025/11/23/[1]aa", "third\n"));
            assertThat(reader.poll()).isEmpty();
        }
    }

    @Test
    void writesEverythingBeforeItCloses() throws Exception {
        List<String> expected;
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            var log = log(writer, "s", LogFormat.TEXT, "INFO");
            expected =
                    IntStream.range(0, 20_000).mapToObj(i -> "line " + i + "\n").toList();
            expected.forEach(line -> print(log, line));
        }

        assertThat(reader().poll()).extracting(LogEvent::message).isEqualTo(expected);
    }

    @Test
    void leavesOutWhatIsBelowTheLevelInJsonOnly() throws Exception {
        var debug = "{\"level\":\"DEBUG\",\"timestamp\":\"2024-01-01T00:00:00Z\"}\n";
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            print(log(writer, "json", LogFormat.JSON, "INFO"), debug + "unlevelled\n");
            print(log(writer, "text", LogFormat.TEXT, "INFO"), debug);
            print(log(writer, "errors", LogFormat.JSON, "ERROR"), "unlevelled\n");
        }

        assertThat(reader().poll())
                .extracting(event -> event.stream() + ":" + event.message())
                .containsExactlyInAnyOrder("json:unlevelled\n", "text:" + debug);
    }

    @Test
    void isCongestedUntilWhatWaitsIsWritten() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            var log = log(writer, "s", LogFormat.TEXT, "INFO");
            while (!log.stream().congested()) {
                print(log, "x".repeat(1000) + "\n");
            }
            var drained = new CountDownLatch(1);
            log.stream().whenDrained(drained::countDown);

            assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(log.stream().congested()).isFalse();
        }
    }

    @Test
    void goesOnWritingThoughWhoeverWaitedForRoomThrows() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            var log = log(writer, "s", LogFormat.TEXT, "INFO");
            var told = new CountDownLatch(1);
            for (int i = 0; !log.stream().congested(); i++) {
                print(log, "x".repeat(1000) + i + "\n");
            }
            log.stream().whenDrained(() -> {
                told.countDown();
                throw new StackOverflowError("as told");
            });
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();

            print(log(writer, "t", LogFormat.TEXT, "INFO"), "after\n");

            Await.until(() ->
                    reader().poll().stream().anyMatch(event -> event.message().equals("after\n")));
        }
    }

    @Test
    void goesOnWithoutADisk() throws Exception {
        Files.writeString(root.resolve("123456789012"), "a file where a directory is needed");
        try (var writer = LogWriter.start(new LogDirectory(root))) {
            print(log(writer, "s", LogFormat.TEXT, "INFO"), "lost\n");
        }

        assertThat(reader().poll()).isEmpty();
    }
}
