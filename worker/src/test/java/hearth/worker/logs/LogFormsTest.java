package hearth.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.worker.logs.PlatformRecord.InitReport;
import hearth.worker.logs.PlatformRecord.InitStart;
import hearth.worker.logs.PlatformRecord.Phase;
import hearth.worker.logs.PlatformRecord.Report;
import hearth.worker.logs.PlatformRecord.RuntimeDone;
import hearth.worker.logs.PlatformRecord.Start;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.logs.PlatformRecord.TimedOut;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The exact forms of records: AWS's lines, their JSON, and ours on disk.
final class LogFormsTest {
    private static final Instant TIME = Instant.parse("2022-10-12T00:00:15.064123Z");

    private static Report report(Duration duration, @Nullable Duration init, Status status, boolean shown) {
        return new Report("id", status, shown, duration, Bytes.mebibytes(128), Bytes.mebibytes(36), init, null);
    }

    @Test
    void reportsAWarmInvocation() {
        assertThat(TextForm.of(report(Duration.ofNanos(1_004_999), null, Status.SUCCESS, false), TIME))
                .isEqualTo("REPORT RequestId: id\tDuration: 1.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
                        + "Max Memory Used: 36 MB\t\n");
    }

    @Test
    void billsInitWithTheFirstInvocation() {
        assertThat(TextForm.of(
                        report(Duration.ofNanos(1_500_000), Duration.ofNanos(110_095_000), Status.SUCCESS, false),
                        TIME))
                .isEqualTo("REPORT RequestId: id\tDuration: 1.50 ms\tBilled Duration: 112 ms\tMemory Size: 128 MB\t"
                        + "Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n");
    }

    @Test
    void saysWhatThePlatformFoundButNotWhatTheFunctionSaidItself() {
        assertThat(TextForm.of(report(Duration.ofSeconds(1), null, Status.TIMEOUT, true), TIME))
                .endsWith("\tMax Memory Used: 36 MB\tStatus: timeout\t\n");
        assertThat(TextForm.of(report(Duration.ofSeconds(1), null, Status.error("Runtime.ExitError"), true), TIME))
                .endsWith("\tStatus: error\tError Type: Runtime.ExitError\t\n");
        assertThat(TextForm.of(report(Duration.ofSeconds(1), null, Status.error("Function.Unknown"), false), TIME))
                .endsWith("\tMax Memory Used: 36 MB\t\n");
    }

    @Test
    void hasAwsTextForTheRest() {
        assertThat(TextForm.of(new Start("id", "$LATEST"), TIME)).isEqualTo("START RequestId: id Version: $LATEST\n");
        assertThat(TextForm.of(new TimedOut("id", Duration.ofSeconds(3)), TIME))
                .isEqualTo("2022-10-12T00:00:15.064Z id Task timed out after 3.00 seconds\n\n");
        assertThat(TextForm.of(new InitStart("on-demand", "f", "1", "python:3.12.v30", "arn:x"), TIME))
                .isEqualTo("INIT_START Runtime Version: python:3.12.v30\tRuntime Version ARN: arn:x\n");
        assertThat(TextForm.of(
                        new InitReport("on-demand", Phase.INIT, Status.TIMEOUT, Duration.ofMillis(10_001)), TIME))
                .isEqualTo("INIT_REPORT Init Duration: 10001.00 ms\tPhase: init\tStatus: timeout\n");
    }

    @Test
    void hasAwsJson() {
        assertThat(JsonForm.of(new Start("id", "$LATEST"), TIME))
                .isEqualTo("{\"time\":\"2022-10-12T00:00:15.064Z\",\"type\":\"platform.start\","
                        + "\"record\":{\"requestId\":\"id\",\"version\":\"$LATEST\"}}\n");
        assertThat(JsonForm.of(report(Duration.ofNanos(101_510_000), null, Status.SUCCESS, false), TIME))
                .contains("\"type\":\"platform.report\"")
                .contains("\"metrics\":{\"durationMs\":101.51,\"billedDurationMs\":102,\"memorySizeMB\":128,"
                        + "\"maxMemoryUsedMB\":36},\"status\":\"success\"");
    }

    @Test
    void levelsItsRecordsAsAwsDoes() {
        assertThat(JsonForm.level(new RuntimeDone("id", Status.SUCCESS, Duration.ZERO, 0)))
                .isEqualTo(LogLevel.DEBUG);
        assertThat(JsonForm.level(new RuntimeDone("id", Status.TIMEOUT, Duration.ZERO, 0)))
                .isEqualTo(LogLevel.WARN);
        assertThat(JsonForm.level(report(Duration.ZERO, null, Status.SUCCESS, false)))
                .isEqualTo(LogLevel.INFO);
    }

    @Test
    void leavesOutWhatAwsHasInTheOtherFormatOnly() {
        assertThat(TextForm.has(new RuntimeDone("id", Status.SUCCESS, Duration.ZERO, 0)))
                .isFalse();
        assertThat(TextForm.has(new InitReport("on-demand", Phase.INIT, Status.SUCCESS, Duration.ZERO)))
                .isFalse();
        assertThat(TextForm.has(new InitReport("on-demand", Phase.INIT, Status.TIMEOUT, Duration.ZERO)))
                .isTrue();
        assertThat(JsonForm.type(new TimedOut("id", Duration.ofSeconds(3)))).isEmpty();
        assertThat(JsonForm.type(new Start("id", "1"))).contains("platform.start");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a line\n", "no end", "", "\n", "two\nlines\n", "\\n \\ \r\n", "a\\", "ends in \\c", "é\n"})
    void readsEveryMessageBackAsItWas(String message) {
        var line = new ByteArrayOutputStream();
        new LogLine().write(line, 1_700_000_000_123_456L, message.getBytes(StandardCharsets.UTF_8));
        var text = line.toString(StandardCharsets.UTF_8);

        assertThat(text).endsWith("\n").satisfies(it -> assertThat(it.indexOf('\n'))
                .isEqualTo(it.length() - 1));
        assertThat(LogLine.read(text.substring(0, text.length() - 1), "s"))
                .contains(new LogEvent(Instant.parse("2023-11-14T22:13:20.123456Z"), "s", message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025/11/23/[$LATEST]00ff", "/aws/lambda/fn", "..", ".", "a.b", "ü b"})
    void findsTheStreamOfAFile(String name) {
        var safe = LogDirectory.safe(name);

        assertThat(safe).matches("[A-Za-z0-9%._$\\[\\]-]+").isNotIn(".", "..");
        assertThat(LogDirectory.stream(Path.of("/x", safe + ".log"))).isEqualTo(name);
    }

    @Test
    void cutsVeryLongNames() {
        assertThat(LogDirectory.safe("/".repeat(500)))
                .hasSizeLessThanOrEqualTo(200)
                .isNotEqualTo(LogDirectory.safe("/".repeat(501)));
    }

    @Test
    void keepsTheEndOfWhatWasAdded() {
        var tail = new LogTail("id");
        var all = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            var piece = "piece " + i + "\n";
            tail.add(piece.getBytes(StandardCharsets.UTF_8));
            all.append(piece);
            var expected = all.substring(Math.max(0, all.length() - LogTail.SIZE));
            assertThat(tail.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo(expected);
        }
        tail.add(new byte[10_000]);
        assertThat(tail.toBytes()).isEqualTo(new byte[LogTail.SIZE]);
    }

    @Test
    void believesALevelOnlyWithATimestamp() {
        assertThat(level("{\"level\":\"debug\",\"timestamp\":\"2024-01-01T00:00:00Z\"}"))
                .isEqualTo(LogLevel.DEBUG);
        assertThat(
                        level(
                                "{\"x\":{\"level\":\"WARN\"},\"timestamp\":\"2024-01-01T00:00:00.5+01:00\",\"level\":\"Error\"}"))
                .isEqualTo(LogLevel.ERROR);
        assertThat(level("{\"level\":\"debug\"}")).isEqualTo(LogLevel.INFO);
        assertThat(level("{\"level\":\"odd\",\"timestamp\":\"2024-01-01T00:00:00Z\"}"))
                .isEqualTo(LogLevel.INFO);
        assertThat(level("plain text")).isEqualTo(LogLevel.INFO);
        assertThat(level("{broken")).isEqualTo(LogLevel.INFO);
    }

    private static LogLevel level(String line) {
        return JsonLine.level(line.getBytes(StandardCharsets.UTF_8));
    }
}
