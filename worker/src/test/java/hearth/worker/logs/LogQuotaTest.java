package hearth.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.LogFormat;
import hearth.model.memory.MemoryBudget;
import hearth.worker.Await;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A function that never stops printing.
final class LogQuotaTest {
    private static final LogLimits SMALL = new LogLimits(Bytes.mebibytes(2), new Bytes(64 << 10));
    private static final LogLimits ROOMY = new LogLimits(Bytes.mebibytes(64), new Bytes(16 << 10));
    private static final int LINES = 120_000;

    @TempDir
    Path root;

    @Test
    void keepsTheNewestOfAStream() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root), SMALL, MemoryBudget.unlimited())) {
            var log = log(writer, "s");
            // In pieces, as a pipe brings them: what waits is bounded.
            for (var i = 0; i < LINES; i++) {
                print(log, "line " + i + "\n");
                if (log.stream().congested()) {
                    Await.until(() -> !log.stream().congested());
                }
            }
        }

        assertThat(size()).isLessThan(2 * SMALL.group().count());
        var kept = messages();
        assertThat(kept).last().isEqualTo("line " + (LINES - 1) + "\n");
        assertThat(kept).doesNotContain("line 0\n").anyMatch(line -> line.startsWith("LOGS_REMOVED Bytes: "));
        var numbers = kept.stream()
                .filter(line -> line.startsWith("line "))
                .map(line -> Integer.parseInt(line.substring(5).strip()))
                .toList();
        assertThat(numbers)
                .isEqualTo(IntStream.range(numbers.getFirst(), LINES).boxed().toList());
    }

    @Test
    void removesTheOldestStreamFirst() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root), SMALL, MemoryBudget.unlimited())) {
            // Much more than waits to be written when the first file of it is removed.
            var old = log(writer, "old");
            print(old, "old\n");
            for (var i = 0; i < 1500; i++) {
                print(old, "x".repeat(1000) + "\n");
                Await.until(() -> !old.stream().congested());
            }
            print(log(writer, "newer"), "newer\n");
        }
        for (var file : new LogDirectory(root).files("123456789012", "eu-west-1", "/aws/lambda/f")) {
            if (LogDirectory.stream(file).equals("old")) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
            }
        }

        try (var writer = LogWriter.start(new LogDirectory(root), SMALL, MemoryBudget.unlimited())) {
            var log = log(writer, "newest");
            while (Files.exists(file("old"))) {
                print(log, "x".repeat(1000) + "\n");
                Await.until(() -> !log.stream().congested());
            }
        }

        assertThat(file("newer")).exists();
        assertThat(messages()).contains("newer\n").doesNotContain("old\n");
    }

    /// A stream that is quiet while another floods loses its file, and goes on in a new one.
    @Test
    void goesOnAfterItsFileWasRemoved() throws Exception {
        try (var writer = LogWriter.start(new LogDirectory(root), SMALL, MemoryBudget.unlimited())) {
            var quiet = log(writer, "quiet");
            print(quiet, "before\n");
            Await.until(() -> Files.exists(file("quiet")));
            Files.setLastModifiedTime(file("quiet"), FileTime.from(Instant.EPOCH));
            var loud = log(writer, "loud");
            while (Files.exists(file("quiet"))) {
                print(loud, "x".repeat(1000) + "\n");
                Await.until(() -> !loud.stream().congested());
            }
            print(quiet, "after\n");
        }

        assertThat(messages()).contains("after\n").doesNotContain("before\n");
    }

    @Test
    void isFollowedFromFileToFile() throws Exception {
        var expected =
                IntStream.range(0, LINES).mapToObj(i -> "line " + i + "\n").toList();
        var read = new ArrayList<LogEvent>();
        var reader = reader();
        try (var writer = LogWriter.start(new LogDirectory(root), ROOMY, MemoryBudget.unlimited())) {
            var log = log(writer, "s");
            for (var line : expected) {
                print(log, line);
                if (log.stream().congested()) {
                    read.addAll(reader.poll());
                }
            }
            Await.until(() -> read.addAll(reader.poll()) && read.size() == LINES);
        }

        assertThat(read).extracting(LogEvent::message).isEqualTo(expected);
        assertThat(new LogDirectory(root).files("123456789012", "eu-west-1", "/aws/lambda/f"))
                .hasSizeGreaterThan(10);
    }

    private FunctionLog log(LogWriter writer, String stream) {
        var name = new LogStreamName("123456789012", "eu-west-1", "/aws/lambda/f", stream);
        return new FunctionLog(writer.stream(name), LogFormat.TEXT, "INFO", "INFO", Clock.systemUTC());
    }

    private static void print(FunctionLog log, String text) {
        log.output().accept(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private LogReader reader() {
        return new LogReader(new LogDirectory(root), "123456789012", "eu-west-1", "/aws/lambda/f", Instant.EPOCH);
    }

    private List<String> messages() throws IOException {
        return reader().poll().stream().map(LogEvent::message).toList();
    }

    private Path file(String stream) {
        return new LogDirectory(root).file(new LogStreamName("123456789012", "eu-west-1", "/aws/lambda/f", stream));
    }

    private long size() throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(LogQuotaTest::size)
                    .sum();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
