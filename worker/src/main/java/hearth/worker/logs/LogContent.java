package hearth.worker.logs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a record says. A platform record becomes text only on the writer's thread, or when an invocation wants
/// its log.
final class LogContent {
    /// Marks the end of a stream.
    static final LogContent END = new LogContent(new byte[0]);

    /// About what a platform record takes.
    private static final int PLATFORM_SIZE = 256;
    private static final int OVERHEAD = 64;

    private final int size;
    private @Nullable PlatformRecord record;
    private boolean json;
    private Instant time = Instant.EPOCH;
    private volatile byte @Nullable [] bytes;

    LogContent(byte[] bytes) {
        this.bytes = bytes;
        this.size = bytes.length + OVERHEAD;
    }

    LogContent(PlatformRecord record, Instant time, boolean json) {
        this.record = record;
        this.time = time;
        this.json = json;
        this.size = PLATFORM_SIZE + OVERHEAD;
    }

    /// What it counts for while it waits.
    int size() {
        return size;
    }

    /// May be called by both threads; the second finds what the first made, or makes the same again.
    byte[] bytes() {
        var made = bytes;
        if (made == null) {
            var source = Objects.requireNonNull(record);
            made = (json ? JsonForm.of(source, time) : TextForm.of(source, time)).getBytes(StandardCharsets.UTF_8);
            bytes = made;
        }
        return made;
    }
}
