package hearth.worker.logs;

import hearth.model.Bytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the platform says in a function's log: the facts alone. `TextForm` and
/// `JsonForm` put them into AWS's words; some have only one of the two forms.
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

        String wireName() {
            return wireName;
        }
    }

    /// INIT begins.
    record InitStart(
            String initializationType,
            String functionName,
            String functionVersion,
            String runtimeVersion,
            String runtimeVersionArn)
            implements PlatformRecord {}

    /// The runtime has done its part of INIT, well or badly. JSON only.
    record InitRuntimeDone(String initializationType, Phase phase, Status status) implements PlatformRecord {}

    /// INIT has ended. As text only if it failed.
    record InitReport(String initializationType, Phase phase, Status status, Duration duration)
            implements PlatformRecord {}

    /// Under SnapStart: an environment is restored for its first invocation.
    record RestoreStart(String functionName, String functionVersion, String runtimeVersion, String runtimeVersionArn)
            implements PlatformRecord {}

    /// The runtime has done what it does after a restore, well or badly. JSON only.
    record RestoreRuntimeDone(Status status) implements PlatformRecord {}

    /// The restore has ended.
    record RestoreReport(Status status, Duration duration) implements PlatformRecord {}

    /// An invocation begins.
    record Start(String requestId, String version) implements PlatformRecord {}

    /// The function ran out of time. Text only.
    record TimedOut(String requestId, Duration timeout) implements PlatformRecord {}

    /// The runtime's process ended where it should not. Text only.
    ///
    /// @param message such as `RequestId: … Error: Runtime exited with error: exit status 1`
    record RuntimeExited(String message, String errorType) implements PlatformRecord {}

    /// An invocation has ended. Text only; the JSON format has `RuntimeDone` instead.
    record End(String requestId) implements PlatformRecord {}

    /// The runtime has done its part of an invocation. JSON only.
    record RuntimeDone(String requestId, Status status, Duration duration, long producedBytes)
            implements PlatformRecord {}

    /// What an invocation took.
    ///
    /// @param init null unless this was the environment's first invocation
    /// @param restore null unless the environment was restored for this invocation
    /// @param showsStatus whether the text has the status too: for what the platform found, not for errors that
    ///     the function reported itself
    record Report(
            String requestId,
            Status status,
            boolean showsStatus,
            Duration duration,
            Bytes memory,
            Bytes peakMemory,
            @Nullable Duration init,
            @Nullable Duration restore)
            implements PlatformRecord {
        /// INIT and RESTORE are billed with the invocation that they were for.
        long billedMillis() {
            var billed = duration;
            billed = init == null ? billed : billed.plus(init);
            billed = restore == null ? billed : billed.plus(restore);
            return millis(billed);
        }

        private static long millis(Duration duration) {
            return Math.ceilDiv(duration.toNanos(), 1_000_000L);
        }

        /// How much of that was for RESTORE.
        long billedRestoreMillis() {
            return restore == null ? 0 : millis(restore);
        }

        /// A part of one counts as a whole: a function that looks at itself finds no more than is reported.
        long peakMebibytes() {
            return Math.ceilDiv(peakMemory.count(), 1L << 20);
        }
    }

    /// Records were lost because the disk could not keep up.
    record LogsDropped(int records, long bytes) implements PlatformRecord {}
}
