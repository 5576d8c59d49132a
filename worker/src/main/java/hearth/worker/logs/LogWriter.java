package hearth.worker.logs;

import hearth.model.Bytes;
import hearth.model.Threads;
import hearth.model.memory.MemoryBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// Writes all log streams of a worker on one thread of its own, so that no event loop ever waits for a disk.
///
/// What waits to be written is bounded for each stream, whose reader then stops reading (`LogStream.congested`),
/// and in all by a share of the memory budget: beyond that records are dropped and counted, but for one of each
/// stream. The thread collects for a few milliseconds before it writes: under load a batch costs each stream one
/// write, and the event loop need not wake anyone.
///
/// What is kept is bounded too (`LogLimits`): the oldest files of a group are removed, and the stream that took
/// their room says so.
public final class LogWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogWriter.class.getName());
    private static final long MAX_WAITING = 64L << 20;
    /// A quarter of the budget, if that is less.
    private static final int SHARE_OF_BUDGET = 4;
    private static final int MAX_OPEN_FILES = 64;
    private static final int BATCH = 8192;
    /// Their text is in memory once more while it is written.
    private static final long BATCH_BYTES = 1 << 20;
    private static final Duration COLLECT = Duration.ofMillis(5);
    /// How long the thread goes on looking by itself before it sleeps until woken.
    private static final Duration LINGER = Duration.ofMillis(100);

    private final LogDirectory directory;
    private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final MemoryBudget memory;
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closing;

    /// The rest belongs to the thread alone.
    private final LogLine lines = new LogLine();

    private final LogLimits limits;
    private final LogQuota quota;
    private final Map<LogStream, FileChannel> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean failing;

    /// @param content what to write; null closes the stream
    record Entry(LogStream stream, long epochMicros, LogContent content) {}

    private LogWriter(LogDirectory directory, LogLimits limits, MemoryBudget budget) {
        this.directory = directory;
        this.limits = limits;
        this.memory =
                budget.share(new Bytes(Math.min(MAX_WAITING, budget.total().count() / SHARE_OF_BUDGET)));
        this.quota = new LogQuota(limits);
        this.thread = Thread.ofPlatform().daemon().name("log-writer").unstarted(this::run);
    }

    public static LogWriter start(LogDirectory directory) {
        return start(directory, LogLimits.DEFAULT, MemoryBudget.unlimited());
    }

    /// @param budget of the memory that records take while they wait
    public static LogWriter start(LogDirectory directory, LogLimits limits, MemoryBudget budget) {
        var writer = new LogWriter(directory, limits, budget);
        writer.thread.start();
        return writer;
    }

    /// A stream to append to. Its file is made with its first record.
    public LogStream stream(LogStreamName name) {
        return new LogStream(this, directory.file(name));
    }

    /// Writes what waits, and ends the thread. Records that come later are lost.
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Threads.awaitEnd(thread);
    }

    /// @param first whether nothing of its stream waits: such a record is taken in any case
    /// @return false if there is no room
    boolean offer(Entry entry, int size, boolean first) {
        if (first) {
            memory.hold(size);
        } else if (!memory.take(size, MemoryBudget.SMALL)) {
            return false;
        }
        queue.add(entry);
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
        return true;
    }

    /// Whether there is no memory for more.
    boolean isFull() {
        return !memory.hasRoomFor(0);
    }

    private void run() {
        long lastWork = System.nanoTime();
        while (true) {
            boolean last = closing;
            if (tryBatch()) {
                lastWork = System.nanoTime();
            } else if (last) {
                break;
            } else if (System.nanoTime() - lastWork > LINGER.toNanos()) {
                asleep = true;
                if (queue.isEmpty() && !closing) {
                    LockSupport.park(this);
                }
                asleep = false;
            }
            if (!closing) {
                LockSupport.parkNanos(this, COLLECT.toNanos());
            }
        }
        open.values().forEach(LogWriter::closeFile);
        open.clear();
    }

    /// The one thread that writes goes on whatever it meets.
    private boolean tryBatch() {
        try {
            return writeBatch();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Records of functions' logs are lost: the writer met a defect", e);
            return true;
        }
    }

    private boolean writeBatch() {
        var texts = new LinkedHashMap<LogStream, ByteArrayOutputStream>();
        List<LogStream> ended = new ArrayList<>();
        int taken = 0;
        long bytes = 0;
        try {
            for (Entry entry; taken < BATCH && bytes < BATCH_BYTES && (entry = queue.poll()) != null; taken++) {
                var stream = entry.stream();
                long micros = entry.epochMicros();
                bytes += entry.content().size();
                stream.taken(entry.content().size());
                if (entry.content() == LogContent.END) {
                    ended.add(stream);
                } else {
                    lines.write(
                            texts.computeIfAbsent(stream, _ -> begin(stream, micros)),
                            micros,
                            entry.content().bytes());
                }
            }
            texts.forEach(this::write);
        } finally {
            memory.giveBack(bytes);
            texts.keySet().forEach(LogStream::written);
        }
        ended.forEach(this::closeFileOf);
        return taken > 0;
    }

    private ByteArrayOutputStream begin(LogStream stream, long epochMicros) {
        var text = new ByteArrayOutputStream(512);
        long removed = stream.takeRemoved();
        if (removed > 0) {
            var note = "LOGS_REMOVED Bytes: %d\tReason: the log group was larger than %d bytes\n"
                    .formatted(removed, limits.group().count());
            lines.write(text, epochMicros, note.getBytes(StandardCharsets.UTF_8));
        }
        return text;
    }

    private void write(LogStream stream, ByteArrayOutputStream text) {
        try {
            var file = open.get(stream);
            if (file == null) {
                file = openFile(stream.file());
                open.put(stream, file);
                closeEldest();
            }
            var bytes = ByteBuffer.wrap(text.toByteArray());
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            keepWithin(stream, text.size());
            failing = false;
        } catch (IOException | UncheckedIOException e) {
            // Functions go on without logs; one line is enough to say so.
            LOG.log(failing ? Level.DEBUG : Level.WARNING, "Cannot write the log " + stream.file(), e);
            failing = true;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "The writer met a defect at the log " + stream.file(), e);
        }
    }

    private void keepWithin(LogStream stream, long bytes) throws IOException {
        var removal = quota.grown(stream.file(), bytes);
        stream.removed(removal.bytes());
        for (var path : removal.removed()) {
            open.keySet().stream()
                    .filter(other -> other.file().equals(path))
                    .toList()
                    .forEach(this::closeFileOf);
        }
        if (stream.grown(bytes, limits)) {
            closeFileOf(stream);
        }
    }

    private void closeFileOf(LogStream stream) {
        var file = open.remove(stream);
        if (file != null) {
            closeFile(file);
        }
    }

    private static FileChannel openFile(Path file) throws IOException {
        var parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void closeEldest() {
        if (open.size() > MAX_OPEN_FILES) {
            var eldest = open.entrySet().iterator().next();
            open.remove(eldest.getKey());
            closeFile(eldest.getValue());
        }
    }

    private static void closeFile(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Cannot close a log", e);
        }
    }
}
