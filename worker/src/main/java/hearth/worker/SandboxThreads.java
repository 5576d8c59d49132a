package hearth.worker;

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
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            COUNT,
            COUNT,
            10,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(COUNT, (one, other) -> ORDER.compare((Task) one, (Task) other)),
            Thread.ofPlatform().daemon().name("worker-", 0).factory());

    SandboxThreads() {
        threads.allowCoreThreadTimeOut(true);
    }

    /// Removes sandboxes.
    Executor removals() {
        return work -> execute(Kind.REMOVAL, work);
    }

    /// Starts programs in sandboxes.
    Executor starts() {
        return work -> execute(Kind.START, work);
    }

    /// Makes sandboxes.
    Executor preparations() {
        return work -> execute(Kind.PREPARATION, work);
    }

    private void execute(Kind kind, Runnable work) {
        threads.execute(new Task(kind, numbers.getAndIncrement(), work));
    }

    /// No more work comes.
    void shutdown() {
        threads.shutdown();
    }
}
