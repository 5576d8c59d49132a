package hearth.pollers.streams;

import hearth.cluster.ClaimLostException;
import hearth.cluster.ShardCheckpoint;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.StreamClaim;
import hearth.model.filter.RecordFilter;
import hearth.pollers.HeldMemory;
import hearth.pollers.Pause;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Reads one shard, and has the function run on what it finds: one thread reads, and one for each lane works. What they
/// do is `ShardWork`'s to say.
///
/// A lane goes on once the checkpoint is kept that its last batch brought about.
final class ShardReader {
    private static final Logger LOG = System.getLogger(ShardReader.class.getName());

    private final ShardScope scope;
    private final StreamClaim claim;
    private final Listener listener;
    private final ShardIterators iterators;
    private final List<Thread> lanes = new ArrayList<>();
    private final Thread reading;
    private final HeldMemory memory;

    /// Whether it counts among those that ask again and again.
    private final boolean paced;

    /// Threads that have not ended: the last one gives the memory back.
    private final AtomicInteger threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// Guarded by the lock, as is all that follows.
    private final ShardWork work;

    private boolean closed;
    private boolean keeping;
    private ShardCheckpoint kept;

    /// Hears of a reader's end. Must not block.
    interface Listener {
        /// The shard has ended, and its checkpoint says so.
        void finished(String shard);

        /// Somebody else reads the mapping's stream.
        void lost();
    }

    /// @param from where it is read on
    /// @param start where to begin what has no checkpoint of a record
    ShardReader(ShardScope scope, ShardCheckpoint from, Position start, StreamClaim claim, Listener listener) {
        this.scope = scope;
        this.claim = claim;
        this.listener = listener;
        this.iterators = new ShardIterators(scope, from, start, this::lastRead);
        RecordFilter filter = scope.mapping().filter(scope.stream().kind());
        this.work = new ShardWork(scope.rules(), filter::admits, from);
        this.paced = !scope.stream().waits();
        this.kept = from;
        this.memory = new HeldMemory(scope.services().invoker());
        this.threads = new AtomicInteger(1 + scope.rules().lanes());
        this.reading = thread("reader of " + scope, this::read);
        for (int i = 0; i < scope.rules().lanes(); i++) {
            int lane = i;
            lanes.add(thread("lane " + i + " of " + scope, () -> work(lane)));
        }
    }

    private Thread thread(String name, Runnable action) {
        return Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                action.run();
            } finally {
                if (threads.decrementAndGet() == 0) {
                    memory.close();
                }
            }
        });
    }

    void begin() {
        if (paced) {
            scope.services().pace().enter();
        }
        reading.start();
        lanes.forEach(Thread::start);
    }

    /// @param now whether a call of the stream is broken off
    void close(boolean now) {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (now) {
            reading.interrupt();
        }
    }

    void awaitEnd() throws InterruptedException {
        reading.join();
        for (var lane : lanes) {
            lane.join();
        }
    }

    /// Waits, no longer than until it is closed.
    ///
    /// @return whether it is not
    private boolean rest(Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return scope.services().clock().millis();
    }

    // ---- reading ----

    private void read() {
        var pause = new Pause();
        try {
            for (int most = awaitRoom(); most > 0; most = awaitRoom()) {
                try {
                    if (!readOnce(most, pause)) {
                        return;
                    }
                } catch (SourceException e) {
                    scope.status().fails(scope.shard().id(), String.valueOf(e.getMessage()));
                    iterators.forget();
                    rest(pause.next());
                } catch (RuntimeException | Error e) {
                    defect(e);
                    iterators.forget();
                    rest(pause.next());
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The reader of " + scope + " ends", e);
        } finally {
            if (paced) {
                scope.services().pace().leave();
            }
            scope.status().answers(scope.shard().id());
        }
    }

    /// @return false at the end of the shard
    private boolean readOnce(int most, Pause pause) throws SourceException, InterruptedException {
        var iterator = iterators.next();
        long begun = now();
        var reading = scope.stream()
                .read(
                        scope.shard().id(),
                        iterator,
                        Math.min(most, scope.stream().most()));
        scope.status().remarks(scope.stream().remark());
        switch (reading) {
            case Reading.Records(var records, var next) -> {
                pause.reset();
                scope.status().answers(scope.shard().id());
                iterators.goOn(next.orElse(""));
                take(records, begun, next.isEmpty(), iterators.ignoredBefore());
                if (next.isEmpty()) {
                    return false;
                }
                rest(records.isEmpty() ? restOfNothing() : scope.stream().gap());
            }
            case Reading.Expired() -> iterators.forget();
            case Reading.Trimmed() -> iterators.skipToTheOldest();
            case Reading.Slowed() -> rest(pause.next().plus(scope.stream().rest()));
        }
        return true;
    }

    private Duration restOfNothing() {
        return scope.stream().waits()
                ? Duration.ZERO
                : scope.services().pace().rest(scope.stream().rest());
    }

    /// @return 0 when it is closed
    private int awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (work.room() == 0 || !hasMemory())) {
                if (work.room() == 0) {
                    changed.await();
                } else {
                    var _ = changed.await(HeldMemory.LOOK.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
            return closed ? 0 : work.room();
        } finally {
            lock.unlock();
        }
    }

    /// While there is none, batches run as they are, so that there will be.
    private boolean hasMemory() {
        boolean has = memory.hasRoom();
        if (work.hurry(!has)) {
            changed.signalAll();
        }
        return has;
    }

    private void take(List<StreamRecord> records, long begun, boolean end, long before) throws InterruptedException {
        int filteredOut;
        lock.lockInterruptibly();
        try {
            filteredOut = work.add(records, begun, before);
            if (end) {
                work.end();
            }
            memory.set(work.memory());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!records.isEmpty()) {
            scope.services().meter().polled(scope.mapping().id(), records.size());
        }
        if (filteredOut > 0) {
            scope.services().meter().filteredOut(scope.mapping().id(), filteredOut);
        }
        keepCheckpoint();
    }

    private String lastRead() {
        lock.lock();
        try {
            return work.lastRead();
        } finally {
            lock.unlock();
        }
    }

    // ---- working ----

    private void work(int lane) {
        var runs = new LaneRuns(scope, this::rest);
        var pause = new Pause();
        try {
            for (var step = next(lane); step.isPresent(); step = next(lane)) {
                try {
                    switch (step.get()) {
                        case Step.Run(var batch) -> ran(lane, runs.run(batch));
                        case Step.Tell(var batch) -> {
                            if (runs.tell(batch)) {
                                told(lane);
                            }
                        }
                        case Step.Wait _ -> {}
                    }
                    pause.reset();
                } catch (RuntimeException | Error e) {
                    defect(e);
                    rest(pause.next());
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "A lane of " + scope + " ends", e);
        }
    }

    /// What is to be done; empty when there will be nothing more.
    private Optional<Step> next(int lane) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !work.isFinished()) {
                var step = work.next(lane, now());
                if (!(step instanceof Step.Wait(var until))) {
                    return Optional.of(step);
                }
                if (until == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    var _ = changed.await(Math.max(1, until - now()), TimeUnit.MILLISECONDS);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void ran(int lane, Ran ran) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            work.ran(lane, ran, now());
            memory.set(work.memory());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        keepCheckpoint();
    }

    private void told(int lane) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            work.told(lane);
            memory.set(work.memory());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        keepCheckpoint();
    }

    private void defect(Throwable e) {
        scope.services().meter().defect();
        LOG.log(Level.ERROR, "A poller of " + scope.mapping() + " met a defect, and goes on", e);
    }

    // ---- checkpoints ----

    /// Keeps where the shard is to be read on, unless another thread is about to.
    private void keepCheckpoint() throws InterruptedException {
        var pause = new Pause();
        for (var next = nextCheckpoint(); next.isPresent(); next = nextCheckpoint()) {
            boolean ended = false;
            try {
                scope.services().checkpoints().keep(claim, next.get());
                ended = true;
                if (next.get().finished()) {
                    listener.finished(scope.shard().id());
                }
            } catch (ClaimLostException e) {
                LOG.log(Level.DEBUG, "Mapping " + scope.mapping() + " is read by another poller", e);
                close(false);
                listener.lost();
                return;
            } catch (StoreException | StoreUnavailableException e) {
                LOG.log(Level.DEBUG, "The checkpoint of " + scope + " could not be kept, and will be", e);
            } finally {
                kept(ended ? next : Optional.empty());
            }
            if (!ended) {
                if (!rest(pause.next())) {
                    return;
                }
            }
        }
    }

    private Optional<ShardCheckpoint> nextCheckpoint() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var now = work.checkpoint();
            if (keeping || now.equals(kept)) {
                return Optional.empty();
            }
            keeping = true;
            return Optional.of(now);
        } finally {
            lock.unlock();
        }
    }

    private void kept(Optional<ShardCheckpoint> checkpoint) {
        lock.lock();
        try {
            keeping = false;
            kept = checkpoint.orElse(kept);
        } finally {
            lock.unlock();
        }
    }
}
