package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentSpec;
import hearth.worker.logs.FunctionLog;
import hearth.worker.logs.PlatformRecord.End;
import hearth.worker.logs.PlatformRecord.InitReport;
import hearth.worker.logs.PlatformRecord.InitRuntimeDone;
import hearth.worker.logs.PlatformRecord.InitStart;
import hearth.worker.logs.PlatformRecord.Report;
import hearth.worker.logs.PlatformRecord.RestoreReport;
import hearth.worker.logs.PlatformRecord.RestoreRuntimeDone;
import hearth.worker.logs.PlatformRecord.RestoreStart;
import hearth.worker.logs.PlatformRecord.RuntimeDone;
import hearth.worker.logs.PlatformRecord.Start;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.runtimes.InstalledRuntime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an environment has the platform say in its function's log, moment by moment.
final class EnvironmentLog {
    private final EnvironmentSpec spec;
    private final FunctionLog log;

    EnvironmentLog(EnvironmentSpec spec, FunctionLog log) {
        this.spec = spec;
        this.log = log;
    }

    FunctionLog log() {
        return log;
    }

    void initStarts(InstalledRuntime runtime) {
        var function = spec.function();
        var version = RuntimeVersion.of(runtime);
        log.platform(new InitStart(
                spec.initializationType().wireName(),
                function.function().name(),
                function.version(),
                version.text(),
                version.arn(function.function().region())));
    }

    void initEnded(InitPhase phase, Status status, Duration duration) {
        var type = spec.initializationType().wireName();
        log.platform(new InitRuntimeDone(type, phase.partOf(), status));
        log.platform(new InitReport(type, phase.partOf(), status, duration));
    }

    void restoreStarts(InstalledRuntime runtime) {
        var function = spec.function();
        var version = RuntimeVersion.of(runtime);
        log.platform(new RestoreStart(
                function.function().name(),
                function.version(),
                version.text(),
                version.arn(function.function().region())));
    }

    void restoreEnded(Status status, Duration duration) {
        log.platform(new RestoreRuntimeDone(status));
        log.platform(new RestoreReport(status, duration));
    }

    void invokeStarts(InvokePhase phase) {
        log.platform(new Start(phase.invocation().requestId(), spec.function().version()));
    }

    /// @param init null unless this was the first invocation
    /// @param restore null unless this was the first invocation after a restore
    void invokeEnded(
            InvokePhase phase,
            Duration duration,
            Bytes peakMemory,
            @Nullable Duration init,
            @Nullable Duration restore) {
        var requestId = phase.invocation().requestId();
        log.platform(new End(requestId));
        log.platform(new RuntimeDone(requestId, phase.status(), duration, phase.producedBytes()));
        log.platform(new Report(
                requestId,
                phase.status(),
                phase.faulty(),
                duration,
                spec.function().memory(),
                peakMemory,
                init,
                restore));
    }
}
