package hearth.server.records;

import hearth.model.Threads;
import hearth.server.http.AnsweredRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// The access log: a line for each request, in `access.log` of the data folder.
///
/// Event loops only hand over what they know; one thread makes lines of it a few times in a second, and writes them
/// together. A record is what a kill of the process may lose.
public final class AccessLog implements AutoCloseable {
    public static final String NAME = "access.log";

    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());

    private static final long PAUSE = Duration.ofMillis(200).toNanos();

    /// The number of requests that may wait to be written; more are counted and lost.
    private static final int MOST_WAITING = 20_000;

    /// The number of waiting requests with which the thread does not pause.
    private static final int MANY_WAITING = 4_000;

    /// The number of lines that are written at once.
    private static final int BATCH = 256;

    private final InstantSource clock;
    private final RotatingFile file;
    private Lines lines = new Lines(); // of the thread
    private final Queue<Entry> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    private record Entry(long millis, AnsweredRequest request) {}

    private AccessLog(Path data, RecordsConfig config, InstantSource clock) {
        this.clock = clock;
        this.file = new RotatingFile(data.resolve(NAME), config.fileSize().count(), config.files());
        this.thread = Thread.ofPlatform().name("access-log").daemon().unstarted(this::work);
    }

    public static AccessLog start(Path data, RecordsConfig config, InstantSource clock) {
        var log = new AccessLog(data, config, clock);
        log.thread.start();
        return log;
    }

    /// Called on event loops.
    public void answered(AnsweredRequest request) {
        if (count.get() >= MOST_WAITING) {
            lost.incrementAndGet();
            return;
        }
        if (count.incrementAndGet() == MANY_WAITING) {
            LockSupport.unpark(thread);
        }
        waiting.add(new Entry(clock.millis(), request));
    }

    private void work() {
        while (!closed) {
            tryToWrite();
            LockSupport.parkNanos(PAUSE);
        }
        tryToWrite();
    }

    /// What fails here, memory too, ends these lines and not the records.
    private void tryToWrite() {
        try {
            writeWaiting();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Lines of " + NAME + " are lost", e);
            lines = new Lines();
        }
    }

    private void writeWaiting() {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            count.decrementAndGet();
            var request = next.request();
            lines.add(next.millis(), line -> write(request, line));
            if (lines.count() == BATCH) {
                flush();
            }
        }
        int gone = lost.getAndSet(0);
        if (gone > 0) {
            lines.add(clock.millis(), line -> line.field("lost", gone));
        }
        flush();
    }

    private void flush() {
        int many = lines.count();
        if (many > 0) {
            file.append(lines.take(), many);
        }
    }

    private static void write(AnsweredRequest request, Lines line) throws IOException {
        line.field("requestId", request.requestId());
        line.field("remote", request.remote());
        line.field("method", request.method());
        line.field("path", request.path());
        line.field("status", request.status());
        line.millis("ms", request.nanos());
        if (request.bytes() >= 0) {
            line.field("bytes", request.bytes());
        }
        if (request.cutOff()) {
            line.field("cutOff", true);
        }
        var subject = request.subject();
        if (subject != null) {
            line.field("account", subject.account());
            line.field("accessKey", subject.accessKey());
            line.field("region", subject.region());
            line.field("operation", subject.operation());
            line.field("resource", subject.resource());
        }
        line.field("error", request.error());
        line.field("functionError", request.functionError());
    }

    /// Writes what waits still. What is answered after it is not recorded.
    @Override
    public void close() throws IOException {
        closed = true;
        LockSupport.unpark(thread);
        Threads.awaitEnd(thread);
        file.close();
    }
}
