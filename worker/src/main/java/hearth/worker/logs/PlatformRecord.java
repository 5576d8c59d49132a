package hearth.worker.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.model.Bytes;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the platform says in a function's log, in AWS's words (execution.md sections 6 and 7).
///
/// Each has a text and a JSON form, or only one of them. The exact texts stand here and nowhere else.
public sealed interface PlatformRecord {
    /// How an INIT or an invocation ended, as far as the log tells.
    ///
    /// @param errorType null for a success and a timeout
    record Status(String name, @Nullable String errorType) {
        public static final Status SUCCESS = new Status("success", null);
        public static final Status TIMEOUT = new Status("timeout", null);

        public static Status error(String errorType) {
            return new Status("error", errorType);
        }

        boolean success() {
            return name.equals("success");
        }

        private String text() {
            return "Status: " + name + (errorType == null ? "" : "\tError Type: " + errorType);
        }

        private void write(JsonGenerator json) throws IOException {
            json.writeStringField("status", name);
            if (errorType != null) {
                json.writeStringField("errorType", errorType);
            }
        }
    }

    /// A part of an environment's life that INIT may fall into.
    enum Phase {
        INIT("init"),
        /// INIT failed before and is made up for within an invocation.
        INVOKE("invoke");

        private final String wireName;

        Phase(String wireName) {
            this.wireName = wireName;
        }
    }

    /// INIT begins.
    record InitStart(
            String initializationType,
            String functionName,
            String functionVersion,
            String runtimeVersion,
            String runtimeVersionArn)
            implements PlatformRecord {
        @Override
        public String text(Instant time) {
            return "INIT_START Runtime Version: " + runtimeVersion + "\tRuntime Version ARN: " + runtimeVersionArn
                    + "\n";
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.initStart");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("initializationType", initializationType);
            json.writeStringField("phase", "init");
            json.writeStringField("functionName", functionName);
            json.writeStringField("functionVersion", functionVersion);
            json.writeStringField("runtimeVersion", runtimeVersion);
            json.writeStringField("runtimeVersionArn", runtimeVersionArn);
        }
    }

    /// The runtime has done its part of INIT, well or badly. JSON only.
    record InitRuntimeDone(String initializationType, Phase phase, Status status) implements PlatformRecord {
        @Override
        public LogLevel level() {
            return status.success() ? LogLevel.DEBUG : LogLevel.WARN;
        }

        @Override
        public boolean hasText() {
            return false;
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.initRuntimeDone");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("initializationType", initializationType);
            json.writeStringField("phase", phase.wireName);
            status.write(json);
        }
    }

    /// INIT has ended. As text only if it failed.
    record InitReport(String initializationType, Phase phase, Status status, Duration duration)
            implements PlatformRecord {
        @Override
        public LogLevel level() {
            if (!status.success()) {
                return LogLevel.WARN;
            }
            return initializationType.equals("on-demand") ? LogLevel.DEBUG : LogLevel.INFO;
        }

        @Override
        public String text(Instant time) {
            return "INIT_REPORT Init Duration: " + millis(duration) + " ms\tPhase: " + phase.wireName + "\t"
                    + status.text() + "\n";
        }

        @Override
        public boolean hasText() {
            return !status.success();
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.initReport");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("initializationType", initializationType);
            json.writeStringField("phase", phase.wireName);
            status.write(json);
            json.writeObjectFieldStart("metrics");
            number(json, "durationMs", duration);
            json.writeEndObject();
        }
    }

    /// An invocation begins.
    record Start(String requestId, String version) implements PlatformRecord {
        @Override
        public String text(Instant time) {
            return "START RequestId: " + requestId + " Version: " + version + "\n";
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.start");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("requestId", requestId);
            json.writeStringField("version", version);
        }
    }

    /// The function ran out of time. Text only.
    record TimedOut(String requestId, Duration timeout) implements PlatformRecord {
        @Override
        public String text(Instant time) {
            return Iso.MILLIS.format(time) + " " + requestId + " Task timed out after " + hundredths(timeout.toMillis())
                    + " seconds\n\n";
        }
    }

    /// The runtime's process ended where it should not. Text only.
    ///
    /// @param message such as `RequestId: … Error: Runtime exited with error: exit status 1`
    record RuntimeExited(String message, String errorType) implements PlatformRecord {
        @Override
        public String text(Instant time) {
            return message + "\n" + errorType + "\n";
        }
    }

    /// An invocation has ended. Text only; the JSON format has `RuntimeDone` instead.
    record End(String requestId) implements PlatformRecord {
        @Override
        public String text(Instant time) {
            return "END RequestId: " + requestId + "\n";
        }
    }

    /// The runtime has done its part of an invocation. JSON only.
    record RuntimeDone(String requestId, Status status, Duration duration, long producedBytes)
            implements PlatformRecord {
        @Override
        public LogLevel level() {
            return status.success() ? LogLevel.DEBUG : LogLevel.WARN;
        }

        @Override
        public boolean hasText() {
            return false;
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.runtimeDone");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("requestId", requestId);
            status.write(json);
            json.writeObjectFieldStart("metrics");
            number(json, "durationMs", duration);
            json.writeNumberField("producedBytes", producedBytes);
            json.writeEndObject();
        }
    }

    /// What an invocation took.
    ///
    /// @param init null unless this was the environment's first invocation
    /// @param showsStatus whether the text has the status too: for what the platform found, not for errors that
    ///     the function reported itself
    record Report(
            String requestId,
            Status status,
            boolean showsStatus,
            Duration duration,
            Bytes memory,
            Bytes peakMemory,
            @Nullable Duration init)
            implements PlatformRecord {
        @Override
        public LogLevel level() {
            return status.success() ? LogLevel.INFO : LogLevel.WARN;
        }

        /// INIT is billed with the invocation that it was for.
        long billedMillis() {
            var billed = init == null ? duration : duration.plus(init);
            return Math.ceilDiv(billed.toNanos(), 1_000_000L);
        }

        /// A part of one counts as a whole: a function that looks at itself finds no more than is reported.
        private long peakMebibytes() {
            return Math.ceilDiv(peakMemory.count(), 1L << 20);
        }

        @Override
        public String text(Instant time) {
            var text = new StringBuilder(200)
                    .append("REPORT RequestId: ")
                    .append(requestId)
                    .append("\tDuration: ")
                    .append(millis(duration))
                    .append(" ms\tBilled Duration: ")
                    .append(billedMillis())
                    .append(" ms\tMemory Size: ")
                    .append(memory.toMebibytes())
                    .append(" MB\tMax Memory Used: ")
                    .append(peakMebibytes())
                    .append(" MB\t");
            if (init != null) {
                text.append("Init Duration: ").append(millis(init)).append(" ms\t");
            }
            if (showsStatus && !status.success()) {
                text.append(status.text()).append('\t');
            }
            return text.append('\n').toString();
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.report");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("requestId", requestId);
            json.writeObjectFieldStart("metrics");
            number(json, "durationMs", duration);
            json.writeNumberField("billedDurationMs", billedMillis());
            json.writeNumberField("memorySizeMB", memory.toMebibytes());
            json.writeNumberField("maxMemoryUsedMB", peakMebibytes());
            if (init != null) {
                number(json, "initDurationMs", init);
            }
            json.writeEndObject();
            status.write(json);
        }
    }

    /// Records were lost because the disk could not keep up.
    record LogsDropped(int records, long bytes) implements PlatformRecord {
        @Override
        public LogLevel level() {
            return LogLevel.WARN;
        }

        @Override
        public String text(Instant time) {
            return "LOGS_DROPPED Records: " + records + "\tBytes: " + bytes + "\n";
        }

        @Override
        public Optional<String> type() {
            return Optional.of("platform.logsDropped");
        }

        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeNumberField("droppedBytes", bytes);
            json.writeNumberField("droppedRecords", records);
            json.writeStringField("reason", "The log could not be written fast enough");
        }
    }

    /// The text form with its line break; empty if it has none.
    default String text(Instant time) {
        return "";
    }

    /// Whether it appears in the text format.
    default boolean hasText() {
        return true;
    }

    /// `type` of the JSON form; nothing if it has none.
    default Optional<String> type() {
        return Optional.empty();
    }

    /// Writes the members of `record`.
    default void write(JsonGenerator json) throws IOException {}

    /// What `SystemLogLevel` is compared with.
    default LogLevel level() {
        return LogLevel.INFO;
    }

    /// The JSON form: one object, and a line break.
    default String json(Instant time) {
        var text = new StringWriter(256);
        try (var json = Iso.JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("time", Iso.MILLIS.format(time));
            json.writeStringField("type", type().orElse("platform.other"));
            json.writeObjectFieldStart("record");
            write(json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A string can always be written to", e);
        }
        return text.append('\n').toString();
    }

    /// Milliseconds with two decimals, rounded half up.
    private static String millis(Duration duration) {
        return hundredths((duration.toNanos() + 5_000) / 10_000 * 10);
    }

    /// Thousandths as a number with two decimals.
    private static String hundredths(long thousandths) {
        long rest = thousandths % 1000 / 10;
        return thousandths / 1000 + (rest < 10 ? ".0" : ".") + rest;
    }

    private static void number(JsonGenerator json, String name, Duration duration) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(new BigDecimal(millis(duration)).stripTrailingZeros().toPlainString());
    }

    /// What all records share.
    final class Iso {
        private static final DateTimeFormatter MILLIS =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
        private static final JsonFactory JSON = new JsonFactory();

        private Iso() {}
    }
}
