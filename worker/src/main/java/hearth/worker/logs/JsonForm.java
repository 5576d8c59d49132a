package hearth.worker.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.worker.logs.PlatformRecord.End;
import hearth.worker.logs.PlatformRecord.InitReport;
import hearth.worker.logs.PlatformRecord.InitRuntimeDone;
import hearth.worker.logs.PlatformRecord.InitStart;
import hearth.worker.logs.PlatformRecord.LogsDropped;
import hearth.worker.logs.PlatformRecord.Report;
import hearth.worker.logs.PlatformRecord.RestoreReport;
import hearth.worker.logs.PlatformRecord.RestoreRuntimeDone;
import hearth.worker.logs.PlatformRecord.RestoreStart;
import hearth.worker.logs.PlatformRecord.RuntimeDone;
import hearth.worker.logs.PlatformRecord.RuntimeExited;
import hearth.worker.logs.PlatformRecord.Start;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.logs.PlatformRecord.TimedOut;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The JSON format of platform records, with AWS's members. They are named here and nowhere else.
final class JsonForm {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonForm() {}

    /// The `type` of a record; nothing if it does not appear in this format.
    static Optional<String> type(PlatformRecord record) {
        return switch (record) {
            case InitStart _ -> Optional.of("platform.initStart");
            case InitRuntimeDone _ -> Optional.of("platform.initRuntimeDone");
            case InitReport _ -> Optional.of("platform.initReport");
            case RestoreStart _ -> Optional.of("platform.restoreStart");
            case RestoreRuntimeDone _ -> Optional.of("platform.restoreRuntimeDone");
            case RestoreReport _ -> Optional.of("platform.restoreReport");
            case Start _ -> Optional.of("platform.start");
            case RuntimeDone _ -> Optional.of("platform.runtimeDone");
            case Report _ -> Optional.of("platform.report");
            case LogsDropped _ -> Optional.of("platform.logsDropped");
            case TimedOut _, RuntimeExited _, End _ -> Optional.empty();
        };
    }

    /// What `SystemLogLevel` is compared with.
    static LogLevel level(PlatformRecord record) {
        return switch (record) {
            case InitRuntimeDone done -> ofSuccess(done.status(), LogLevel.DEBUG);
            case InitReport report ->
                ofSuccess(
                        report.status(),
                        report.initializationType().equals("on-demand") ? LogLevel.DEBUG : LogLevel.INFO);
            case RestoreRuntimeDone done -> ofSuccess(done.status(), LogLevel.DEBUG);
            case RestoreReport report -> ofSuccess(report.status(), LogLevel.INFO);
            case RuntimeDone done -> ofSuccess(done.status(), LogLevel.DEBUG);
            case Report report -> ofSuccess(report.status(), LogLevel.INFO);
            case LogsDropped _ -> LogLevel.WARN;
            case InitStart _, RestoreStart _, Start _, TimedOut _, RuntimeExited _, End _ -> LogLevel.INFO;
        };
    }

    private static LogLevel ofSuccess(Status status, LogLevel level) {
        return status.success() ? level : LogLevel.WARN;
    }

    /// One object, and a line break.
    static String of(PlatformRecord record, Instant time) {
        var text = new StringWriter(256);
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("time", FormNumbers.isoMillis(time));
            json.writeStringField("type", type(record).orElse("platform.other"));
            json.writeObjectFieldStart("record");
            members(record, json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A string can always be written to", e);
        }
        return text.append('\n').toString();
    }

    private static void members(PlatformRecord record, JsonGenerator json) throws IOException {
        switch (record) {
            case InitStart start -> initStart(start, json);
            case InitRuntimeDone(var type, var phase, var status) -> {
                json.writeStringField("initializationType", type);
                json.writeStringField("phase", phase.wireName());
                status(status, json);
            }
            case InitReport(var type, var phase, var status, var duration) -> {
                json.writeStringField("initializationType", type);
                json.writeStringField("phase", phase.wireName());
                status(status, json);
                json.writeObjectFieldStart("metrics");
                number("durationMs", duration, json);
                json.writeEndObject();
            }
            case RestoreStart(var name, var version, var runtime, var arn) -> {
                json.writeStringField("functionName", name);
                json.writeStringField("functionVersion", version);
                json.writeStringField("runtimeVersion", runtime);
                json.writeStringField("runtimeVersionArn", arn);
            }
            case RestoreRuntimeDone(var status) -> status(status, json);
            case RestoreReport(var status, var duration) -> {
                status(status, json);
                json.writeObjectFieldStart("metrics");
                number("durationMs", duration, json);
                json.writeEndObject();
            }
            case Start(var requestId, var version) -> {
                json.writeStringField("requestId", requestId);
                json.writeStringField("version", version);
            }
            case RuntimeDone(var requestId, var status, var duration, var producedBytes) -> {
                json.writeStringField("requestId", requestId);
                status(status, json);
                json.writeObjectFieldStart("metrics");
                number("durationMs", duration, json);
                json.writeNumberField("producedBytes", producedBytes);
                json.writeEndObject();
            }
            case Report report -> report(report, json);
            case LogsDropped(var records, var bytes) -> {
                json.writeNumberField("droppedBytes", bytes);
                json.writeNumberField("droppedRecords", records);
                json.writeStringField("reason", "The log could not be written fast enough");
            }
            case TimedOut _, RuntimeExited _, End _ -> {}
        }
    }

    private static void initStart(InitStart start, JsonGenerator json) throws IOException {
        json.writeStringField("initializationType", start.initializationType());
        json.writeStringField("phase", "init");
        json.writeStringField("functionName", start.functionName());
        json.writeStringField("functionVersion", start.functionVersion());
        json.writeStringField("runtimeVersion", start.runtimeVersion());
        json.writeStringField("runtimeVersionArn", start.runtimeVersionArn());
    }

    private static void report(Report report, JsonGenerator json) throws IOException {
        json.writeStringField("requestId", report.requestId());
        json.writeObjectFieldStart("metrics");
        number("durationMs", report.duration(), json);
        json.writeNumberField("billedDurationMs", report.billedMillis());
        json.writeNumberField("memorySizeMB", report.memory().toMebibytes());
        json.writeNumberField("maxMemoryUsedMB", report.peakMebibytes());
        if (report.init() != null) {
            number("initDurationMs", report.init(), json);
        }
        if (report.restore() != null) {
            number("restoreDurationMs", report.restore(), json);
        }
        json.writeEndObject();
        status(report.status(), json);
    }

    private static void status(Status status, JsonGenerator json) throws IOException {
        json.writeStringField("status", status.name());
        if (status.errorType() != null) {
            json.writeStringField("errorType", status.errorType());
        }
    }

    private static void number(String name, Duration duration, JsonGenerator json) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(new BigDecimal(FormNumbers.millis(duration))
                .stripTrailingZeros()
                .toPlainString());
    }
}
