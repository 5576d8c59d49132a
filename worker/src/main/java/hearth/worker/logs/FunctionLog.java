package hearth.worker.logs;

import hearth.model.LogFormat;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The log of one execution environment: what its function and the platform say, in the function's format, less
/// what its levels leave out. Lives on the environment's event loop.
public final class FunctionLog {
    private final LogStream stream;
    private final boolean json;
    private final LogLevel applicationLevel;
    private final LogLevel systemLevel;
    private final InstantSource clock;
    private final LogTails tails = new LogTails();

    /// @param applicationLevel matters in the JSON format only, as does the other
    public FunctionLog(
            LogStream stream, LogFormat format, String applicationLevel, String systemLevel, InstantSource clock) {
        this.stream = stream;
        this.json = format == LogFormat.JSON;
        this.applicationLevel = LogLevel.of(applicationLevel);
        this.systemLevel = LogLevel.of(systemLevel);
        this.clock = clock;
    }

    /// An invocation begins.
    ///
    /// @param wantsTail whether its caller wants the end of its log
    public void invocationBegins(String requestId, boolean wantsTail) {
        tails.begin(requestId, wantsTail);
    }

    /// @return what was logged of an invocation since it began; null if its caller does not want it, or has had it
    public byte @Nullable [] takeTail(String requestId) {
        return tails.take(requestId);
    }

    /// The runtime is done with an invocation.
    public void invocationEnds(String requestId) {
        tails.end(requestId);
    }

    public void platform(PlatformRecord record) {
        if (json ? isWantedAsJson(record) : TextForm.has(record)) {
            var now = clock.instant();
            add(micros(now), new LogContent(record, now, json));
        }
    }

    private boolean isWantedAsJson(PlatformRecord record) {
        return JsonForm.type(record).isPresent() && passes(JsonForm.level(record), systemLevel);
    }

    /// For all that a process writes: each line is a record, and each frame.
    OutputSink output() {
        return new FrameParser(this::frame, new LineSplitter(this::line));
    }

    LogStream stream() {
        return stream;
    }

    /// The environment is gone.
    public void close() {
        stream.close();
    }

    private void line(byte[] line) {
        if (!json || passes(JsonLine.level(line), applicationLevel)) {
            add(micros(clock.instant()), new LogContent(line));
        }
    }

    private void frame(LogLevel level, long epochMicros, byte[] message) {
        if (!json || passes(level, applicationLevel)) {
            add(epochMicros, new LogContent(message));
        }
    }

    private void add(long epochMicros, LogContent content) {
        stream.append(epochMicros, content);
        if (tails.areWanted()) {
            tails.add(content.bytes());
        }
    }

    private static boolean passes(LogLevel level, LogLevel wanted) {
        return level.compareTo(wanted) >= 0;
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
    }
}
