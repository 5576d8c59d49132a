package hearth.worker.logs;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The log stream of one environment, open for appending. Used by one event loop; the writer's thread takes
/// from it.
public final class LogStream {
    private static final System.Logger LOG = System.getLogger(LogStream.class.getName());
    /// How much of one stream may wait: about what a pipe holds four times.
    private static final int MAX_WAITING = 256 << 10;

    private final LogWriter writer;
    private final Path file;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> onDrained = new AtomicReference<>();
    private int droppedRecords;
    private long droppedBytes;

    // The rest belongs to the writer's thread.
    private int segment;
    private long segmentSize;
    private long removed;

    LogStream(LogWriter writer, Path file) {
        this.writer = writer;
        this.file = file;
    }

    /// The one that is written now.
    Path file() {
        return LogDirectory.segment(file, segment);
    }

    /// The file has grown. One that is full is followed by another.
    ///
    /// @return whether it is full
    boolean grown(long bytes, LogLimits limits) {
        segmentSize += bytes;
        if (segmentSize < limits.segment().count()) {
            return false;
        }
        segment++;
        segmentSize = 0;
        return true;
    }

    /// To make room for this one, older records of the group were removed.
    void removed(long bytes) {
        removed += bytes;
    }

    /// @return how much was removed since the last call
    long takeRemoved() {
        long taken = removed;
        removed = 0;
        return taken;
    }

    void append(long epochMicros, LogContent content) {
        if (droppedRecords > 0) {
            var note = new LogContent(
                    new PlatformRecord.LogsDropped(droppedRecords, droppedBytes),
                    Instant.ofEpochMilli(epochMicros / 1000),
                    false);
            if (offer(epochMicros, note)) {
                droppedRecords = 0;
                droppedBytes = 0;
            }
        }
        if (droppedRecords > 0 || !offer(epochMicros, content)) {
            droppedRecords++;
            droppedBytes += content.size();
        }
    }

    /// Whether so much waits that whoever feeds this stream should stop for a while.
    boolean congested() {
        int now = waiting.get();
        return now > MAX_WAITING || (now > 0 && writer.isFull());
    }

    /// Runs an action, on the writer's thread, once the stream is not congested any more.
    void whenDrained(Runnable action) {
        onDrained.set(action);
        if (!congested()) {
            drained();
        }
    }

    /// Nothing is appended after this.
    public void close() {
        offer(0, LogContent.END);
    }

    private boolean offer(long epochMicros, LogContent content) {
        var entry = new LogWriter.Entry(this, epochMicros, content);
        if (!writer.offer(entry, content.size(), content == LogContent.END || waiting.get() == 0)) {
            return false;
        }
        waiting.addAndGet(content.size());
        return true;
    }

    /// By the writer's thread.
    void taken(int size) {
        waiting.addAndGet(-size);
    }

    /// By the writer's thread, after what it had taken is on disk.
    void written() {
        if (!congested()) {
            drained();
        }
    }

    private void drained() {
        var action = onDrained.getAndSet(null);
        if (action != null) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                // Others wait, too, and the thread is all streams'.
                LOG.log(Level.ERROR, "Whoever waited for the log " + file + " cannot be told", e);
            }
        }
    }
}
