package hearth.worker.logs;

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
import java.time.Instant;

/// The text format of platform records, in AWS's words. These texts stand here and nowhere else.
final class TextForm {
    private TextForm() {}

    /// Whether a record appears in this format.
    static boolean has(PlatformRecord record) {
        return switch (record) {
            case InitRuntimeDone _, RestoreRuntimeDone _, RuntimeDone _ -> false;
            case InitReport report -> !report.status().success();
            case InitStart _,
                    RestoreStart _,
                    RestoreReport _,
                    Start _,
                    TimedOut _,
                    RuntimeExited _,
                    End _,
                    Report _,
                    LogsDropped _ -> true;
        };
    }

    /// The record with its line break; empty if it does not appear here.
    static String of(PlatformRecord record, Instant time) {
        return switch (record) {
            case InitStart(var _, var _, var _, var version, var arn) ->
                "INIT_START Runtime Version: " + version + "\tRuntime Version ARN: " + arn + "\n";
            case InitReport(var _, var phase, var status, var duration) ->
                "INIT_REPORT Init Duration: " + FormNumbers.millis(duration) + " ms\tPhase: " + phase.wireName() + "\t"
                        + status(status) + "\n";
            case RestoreStart(var _, var _, var version, var arn) ->
                "RESTORE_START Runtime Version: " + version + "\tRuntime Version ARN: " + arn + "\n";
            case RestoreReport(var status, var duration) ->
                "RESTORE_REPORT Restore Duration: " + FormNumbers.millis(duration) + " ms"
                        + (status.success() ? "" : "\t" + status(status)) + "\n";
            case Start(var requestId, var version) -> "START RequestId: " + requestId + " Version: " + version + "\n";
            case TimedOut(var requestId, var timeout) ->
                FormNumbers.isoMillis(time) + " " + requestId + " Task timed out after " + FormNumbers.seconds(timeout)
                        + " seconds\n\n";
            case RuntimeExited(var message, var errorType) -> message + "\n" + errorType + "\n";
            case End(var requestId) -> "END RequestId: " + requestId + "\n";
            case Report report -> report(report);
            case LogsDropped(var records, var bytes) -> "LOGS_DROPPED Records: " + records + "\tBytes: " + bytes + "\n";
            case InitRuntimeDone _, RestoreRuntimeDone _, RuntimeDone _ -> "";
        };
    }

    private static String report(Report report) {
        var text = new StringBuilder(200)
                .append("REPORT RequestId: ")
                .append(report.requestId())
                .append("\tDuration: ")
                .append(FormNumbers.millis(report.duration()))
                .append(" ms\tBilled Duration: ")
                .append(report.billedMillis())
                .append(" ms\tMemory Size: ")
                .append(report.memory().toMebibytes())
                .append(" MB\tMax Memory Used: ")
                .append(report.peakMebibytes())
                .append(" MB\t");
        if (report.init() != null) {
            text.append("Init Duration: ")
                    .append(FormNumbers.millis(report.init()))
                    .append(" ms\t");
        }
        if (report.restore() != null) {
            text.append("Restore Duration: ")
                    .append(FormNumbers.millis(report.restore()))
                    .append(" ms\tBilled Restore Duration: ")
                    .append(report.billedRestoreMillis())
                    .append(" ms\t");
        }
        if (report.showsStatus() && !report.status().success()) {
            text.append(status(report.status())).append('\t');
        }
        return text.append('\n').toString();
    }

    private static String status(Status status) {
        return "Status: " + status.name() + (status.errorType() == null ? "" : "\tError Type: " + status.errorType());
    }
}
