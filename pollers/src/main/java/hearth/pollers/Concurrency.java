package hearth.pollers;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// How many batches of a mapping run at once: as many as `first` at the beginning and after a pause, more with each
/// second in which all of them were needed, half as many after a throttle.
///
/// AWS begins with five and adds 300 a minute ("Lambda scaling with Amazon SQS" in its guide).
public final class Concurrency {
    private static final int A_SECOND = 5;
    private static final long STEP = Duration.ofSeconds(1).toNanos();

    /// For how long nothing is added after a throttle.
    private static final long REST = Duration.ofSeconds(5).toNanos();

    private final int first;
    private final int most;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private int running;
    private int limit;
    private long grown;
    private boolean closed;

    /// @param first how many may run at once in the beginning
    /// @param most how many may ever
    public Concurrency(int first, int most, LongSupplier nanos) {
        this.first = Math.min(first, most);
        this.most = most;
        this.nanos = nanos;
        this.limit = this.first;
        this.grown = nanos.getAsLong();
    }

    /// Waits until one more may run, and counts it; once closed, at once.
    public void enter() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            grow();
            while (running >= limit && !closed) {
                // Later there may be room without anyone's leaving.
                var _ = free.await(STEP, TimeUnit.NANOSECONDS);
                grow();
            }
            running++;
        } finally {
            lock.unlock();
        }
    }

    /// Adds to what may run if all of it is needed.
    private void grow() {
        long now = nanos.getAsLong();
        if (running >= limit && limit < most && now - grown >= STEP) {
            grown = now;
            limit = Math.min(most, limit + A_SECOND);
            free.signalAll();
        }
    }

    public void leave() {
        lock.lock();
        try {
            running--;
            free.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Lets all go who wait for room: they will run nothing.
    public void close() {
        lock.lock();
        try {
            closed = true;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// There was nothing to run for a while.
    public void idle() {
        lock.lock();
        try {
            limit = Math.min(limit, first);
        } finally {
            lock.unlock();
        }
    }

    /// What runs is as much as may.
    public void throttled() {
        lock.lock();
        try {
            limit = Math.max(1, Math.min(limit, running) / 2);
            grown = nanos.getAsLong() + REST - STEP;
        } finally {
            lock.unlock();
        }
    }

    public int limit() {
        lock.lock();
        try {
            return limit;
        } finally {
            lock.unlock();
        }
    }
}
