package hearth.worker;

import hearth.worker.sandbox.SandboxKind;
import java.util.Comparator;
import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The platform threads that make, start and remove sandboxes: native calls and waits for processes, never waits for
/// code. What is removed comes first, because it gives memory and slots back; then what has a sandbox and is to be
/// started, before what has none yet.
final class SandboxThreads {
    /// More would only wait for the same kernel locks.
    static final int COUNT = 32;

    private enum Kind {
        REMOVAL,
        START,
        PREPARATION
    }

    private record Task(Kind kind, long number, Runnable work) implements Runnable {
        @Override
        public void run() {
            work.run();
        }
    }

    private static final Comparator<Task> ORDER =
            Comparator.comparing(Task::kind).thenComparing(Task::number);

    private final AtomicLong numbers = new AtomicLong();
    private final ThreadPoolExecutor threads;
    private final ThreadPoolExecutor makers;

    /// @param threads of removals
    /// @param makers of all else; may be the same
    private SandboxThreads(ThreadPoolExecutor threads, ThreadPoolExecutor makers) {
        this.threads = threads;
        this.makers = makers;
    }

    /// A machine takes seconds to come up and to start a program, so those have threads of their own: what is removed
    /// never waits for them.
    static SandboxThreads of(SandboxKind kind) {
        var threads = pool("worker-", COUNT);
        return new SandboxThreads(threads, kind == SandboxKind.MICROVM ? pool("machine-", COUNT) : threads);
    }

    private static ThreadPoolExecutor pool(String name, int count) {
        var pool = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(count, (one, other) -> ORDER.compare((Task) one, (Task) other)),
                Thread.ofPlatform().daemon().name(name, 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /// Removes sandboxes.
    Executor removals() {
        return work -> execute(threads, Kind.REMOVAL, work);
    }

    /// Starts programs in sandboxes.
    Executor starts() {
        return work -> execute(makers, Kind.START, work);
    }

    /// Makes sandboxes.
    Executor preparations() {
        return work -> execute(makers, Kind.PREPARATION, work);
    }

    private void execute(ThreadPoolExecutor threads, Kind kind, Runnable work) {
        threads.execute(new Task(kind, numbers.getAndIncrement(), work));
    }

    /// No more work comes.
    void shutdown() {
        threads.shutdown();
        makers.shutdown();
    }
}
