package hearth.pollers.streams;

import hearth.cluster.ClaimLostException;
import hearth.cluster.ShardCheckpoint;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.StreamClaim;
import hearth.events.DeliveryException;
import hearth.invoke.frontend.Resolution;
import hearth.model.filter.RecordFilter;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.FailedItems;
import hearth.pollers.HeldMemory;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.SourceException;
import hearth.pollers.streams.FailureRecord.LastRun;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final PolledMapping mapping;
    private final StreamRules rules;
    private final Stream stream;
    private final StreamServices services;
    private final SharedStatus status;
    private final Shard shard;
    private final StreamClaim claim;
    private final Listener listener;
    private final ShardCheckpoint from;
    private final Position start;
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

    /// The last run of each lane's batch.
    private final Map<Integer, LastRun> runs = new HashMap<>();

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
    ShardReader(
            PolledMapping mapping,
            StreamRules rules,
            Stream stream,
            StreamServices services,
            SharedStatus status,
            Shard shard,
            ShardCheckpoint from,
            Position start,
            StreamClaim claim,
            Listener listener) {
        this.mapping = mapping;
        this.rules = rules;
        this.stream = stream;
        this.services = services;
        this.status = status;
        this.shard = shard;
        this.from = from;
        this.start = start;
        this.claim = claim;
        this.listener = listener;
        RecordFilter filter = mapping.filter(stream.kind());
        this.work = new ShardWork(rules, filter::admits, from);
        this.paced = !stream.waits();
        this.kept = from;
        this.memory = new HeldMemory(services.invoker());
        this.threads = new AtomicInteger(1 + rules.lanes());
        this.reading = thread("reader of " + shard.id() + " of " + mapping, this::read);
        for (int i = 0; i < rules.lanes(); i++) {
            int lane = i;
            lanes.add(thread("lane " + i + " of " + shard.id() + " of " + mapping, () -> work(lane)));
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
            services.pace().enter();
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

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Waits, no longer than until it is closed.
    private void rest(Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return services.clock().millis();
    }

    // ---- reading ----

    private void read() {
        var iterators = new Iterators();
        var pause = new Pause();
        try {
            for (int most = awaitRoom(); most > 0; most = awaitRoom()) {
                try {
                    if (!readOnce(iterators, most, pause)) {
                        return;
                    }
                } catch (SourceException e) {
                    status.fails(shard.id(), String.valueOf(e.getMessage()));
                    iterators.forget();
                    rest(pause.next());
                } catch (RuntimeException | Error e) {
                    defect(e);
                    iterators.forget();
                    rest(pause.next());
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The reader of " + shard.id() + " of " + mapping + " ends", e);
        } finally {
            if (paced) {
                services.pace().leave();
            }
            status.answers(shard.id());
        }
    }

    /// @return false at the end of the shard
    private boolean readOnce(Iterators iterators, int most, Pause pause) throws SourceException, InterruptedException {
        var iterator = iterators.next();
        long begun = now();
        var reading = stream.read(shard.id(), iterator, Math.min(most, stream.most()));
        status.remarks(stream.remark());
        switch (reading) {
            case Reading.Records(var records, var next) -> {
                pause.reset();
                status.answers(shard.id());
                iterators.goOn(next.orElse(""));
                take(records, begun, next.isEmpty(), iterators.ignoredBefore);
                if (next.isEmpty()) {
                    return false;
                }
                rest(records.isEmpty() ? restOfNothing() : stream.gap());
            }
            case Reading.Expired() -> iterators.forget();
            case Reading.Trimmed() -> {
                warnOfTrimmed();
                iterators.skipToTheOldest();
            }
            case Reading.Slowed() -> rest(pause.next().plus(stream.rest()));
        }
        return true;
    }

    private Duration restOfNothing() {
        return stream.waits() ? Duration.ZERO : services.pace().rest(stream.rest());
    }

    private void warnOfTrimmed() {
        LOG.log(
                Level.WARNING,
                "Records of {0} of mapping {1} are gone before its function ran on them: the stream keeps them no longer",
                shard.id(),
                mapping);
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
            services.meter().polled(mapping.id(), records.size());
        }
        if (filteredOut > 0) {
            services.meter().filteredOut(mapping.id(), filteredOut);
        }
        keepCheckpoint();
    }

    /// Where reading goes on.
    private final class Iterators {
        private String next = "";
        private boolean asked;
        private boolean trimmed;

        /// When records are nobody's: until the time that they are to be of, where the stream cannot find that.
        private long ignoredBefore = Long.MIN_VALUE;

        String next() throws SourceException, InterruptedException {
            if (next.isEmpty()) {
                var iterator = stream.iterator(shard.id(), position());
                asked = true;
                if (iterator.isEmpty()) {
                    warnOfTrimmed();
                    skipToTheOldest();
                    iterator = stream.iterator(shard.id(), position());
                }
                next = iterator.orElseThrow(() -> new SourceException("There is no way into " + shard.id(), null));
            }
            return next;
        }

        private Position position() {
            if (trimmed) {
                return new Position.TrimHorizon();
            }
            var read = lastRead();
            if (!read.isEmpty()) {
                return new Position.After(read);
            }
            // An iterator of the end would point at another end by now.
            var position = asked && start instanceof Position.Latest
                    ? new Position.AtTime(Instant.ofEpochMilli(from.since()))
                    : start;
            if (position instanceof Position.AtTime(var time) && !stream.findsTimes()) {
                // Some services know no parts of the second in which a mapping began that begins at the end.
                ignoredBefore = (from.since() > 0 ? time.truncatedTo(ChronoUnit.SECONDS) : time).toEpochMilli();
            }
            return position;
        }

        private String lastRead() {
            lock.lock();
            try {
                return work.lastRead();
            } finally {
                lock.unlock();
            }
        }

        void goOn(String iterator) {
            next = iterator;
            trimmed = false;
        }

        void forget() {
            next = "";
        }

        void skipToTheOldest() {
            next = "";
            trimmed = true;
        }
    }

    // ---- working ----

    private void work(int lane) {
        var pause = new Pause();
        try {
            for (var step = next(lane); step.isPresent(); step = next(lane)) {
                try {
                    switch (step.get()) {
                        case Step.Run(var batch) -> run(lane, batch);
                        case Step.Tell(var batch) -> tell(lane, batch);
                        case Step.Wait _ -> {}
                    }
                    pause.reset();
                } catch (RuntimeException | Error e) {
                    defect(e);
                    rest(pause.next());
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "A lane of " + shard.id() + " of " + mapping + " ends", e);
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

    private void run(int lane, Batch batch) throws InterruptedException {
        var ran = ran(lane, batch);
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

    private Ran ran(int lane, Batch batch) throws InterruptedException {
        var invoker = services.invoker();
        var resolution = invoker.resolve(mapping);
        var obstacle = BatchInvoker.obstacle(resolution);
        if (obstacle.isPresent() || !(resolution instanceof Resolution.Resolved(var version, var _, var recursion))) {
            status.functionCannotRun(obstacle.orElse(""));
            return new Ran.NotRun();
        }
        status.functionRuns();
        var event =
                BatchEvent.of(batch, shard.id(), mapping.source(), rules.tumbling(), version.role(), stream.frame());
        if (event.length > BatchInvoker.LARGEST) {
            LOG.log(
                    Level.ERROR,
                    "A batch of {0} of mapping {1} is {2} bytes of JSON, more than a function can be given",
                    shard.id(),
                    mapping,
                    event.length);
            services.meter().failed(mapping.id(), batch.records().size());
            status.failed();
            return new Ran.Unfit();
        }
        var requestId = invoker.newRequestId();
        var header = recursion.enter(invoker.traceHeader(null)).traceHeader();
        int records = batch.records().size();
        return switch (invoker.run(mapping, version, requestId, event, header)) {
            case BatchOutcome.NotRun(var why) -> {
                LOG.log(Level.DEBUG, "Mapping {0} waits: {1}", mapping, why);
                yield new Ran.NotRun();
            }
            case BatchOutcome.Failed(var ranVersion, var error, var _) -> {
                services.meter().invoked(mapping.id(), records);
                yield failed(lane, batch, 0, Optional.empty(), new LastRun(requestId, ranVersion, error));
            }
            case BatchOutcome.Succeeded(var ranVersion, var answer) -> {
                services.meter().invoked(mapping.id(), records);
                yield answered(lane, batch, answer, new LastRun(requestId, ranVersion, ""));
            }
        };
    }

    private Ran answered(int lane, Batch batch, byte[] answer, LastRun run) {
        Optional<String> state = batch.window().isPresent() ? WindowAnswer.state(answer) : Optional.empty();
        if (batch.window().isPresent() && !batch.last() && state.isEmpty()) {
            return failed(lane, batch, 0, Optional.empty(), run);
        }
        int from =
                rules.reports() ? firstFailed(batch, answer) : batch.records().size();
        if (from < batch.records().size()) {
            return failed(lane, batch, from, state, run);
        }
        status.succeeded();
        return new Ran.Passed(state);
    }

    private Ran failed(int lane, Batch batch, int from, Optional<String> state, LastRun run) {
        services.meter().failed(mapping.id(), batch.records().size() - from);
        status.failed();
        lock.lock();
        try {
            runs.put(lane, run);
        } finally {
            lock.unlock();
        }
        return new Ran.Failed(from, state);
    }

    /// The lowest of those that the function reports; all when that is not to be understood.
    private static int firstFailed(Batch batch, byte[] answer) {
        var numbers = new ArrayList<String>();
        batch.records().forEach(taken -> numbers.add(taken.record().sequenceNumber()));
        Optional<Set<String>> failed = FailedItems.of(answer, new LinkedHashSet<>(numbers));
        if (failed.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (failed.get().contains(numbers.get(i))) {
                return i;
            }
        }
        return numbers.size();
    }

    /// Tells the destination, however often that takes, and gives the batch up.
    private void tell(int lane, Batch batch) throws InterruptedException {
        LOG.log(
                Level.WARNING,
                "Mapping {0} gives up {1} records of {2}: {3}",
                mapping,
                batch.records().size(),
                shard.id(),
                batch.given().map(Batch.Condition::wireName).orElse(""));
        if (!rules.destination().isEmpty() && !batch.records().isEmpty() && !isTold(lane, batch)) {
            return;
        }
        lock.lockInterruptibly();
        try {
            runs.remove(lane);
            work.told(lane);
            memory.set(work.memory());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        keepCheckpoint();
    }

    /// @return false when it was closed before
    private boolean isTold(int lane, Batch batch) throws InterruptedException {
        Optional<LastRun> run;
        lock.lockInterruptibly();
        try {
            run = batch.runs() == 0 ? Optional.empty() : Optional.ofNullable(runs.get(lane));
        } finally {
            lock.unlock();
        }
        var made = services.clock().instant();
        var requestId =
                run.map(LastRun::requestId).orElseGet(() -> services.invoker().newRequestId());
        Optional<byte[]> payload = services.destinations().hasRoom(rules.destination())
                ? Optional.of(
                        BatchEvent.of(batch, shard.id(), mapping.source(), rules.tumbling(), role(), stream.frame()))
                : Optional.empty();
        var record = FailureRecord.of(mapping, batch, shard.id(), stream.batchInfo(), run, requestId, payload, made);
        // The same each time, so that none is stored twice.
        var key = FailureRecord.key(mapping, shard.id(), services.invoker().newRequestId(), made);
        var pause = new Pause();
        while (true) {
            try {
                services.destinations().send(rules.destination(), record, key);
                services.meter().toldOfFailure(mapping.id(), batch.records().size());
                return true;
            } catch (DeliveryException e) {
                LOG.log(
                        Level.WARNING,
                        "The destination of mapping {0} could not be told of a failure, and is told again: {1}",
                        mapping,
                        e.getMessage());
                rest(pause.next());
                if (isClosed()) {
                    return false;
                }
            }
        }
    }

    /// Of the function; empty when it is gone.
    private String role() throws InterruptedException {
        return services.invoker().resolve(mapping) instanceof Resolution.Resolved(var version, var _, var _)
                ? version.role()
                : "";
    }

    private void defect(Throwable e) {
        services.meter().defect();
        LOG.log(Level.ERROR, "A poller of " + mapping + " met a defect, and goes on", e);
    }

    // ---- checkpoints ----

    /// Keeps where the shard is to be read on, unless another thread is about to.
    private void keepCheckpoint() throws InterruptedException {
        var pause = new Pause();
        for (var next = nextCheckpoint(); next.isPresent(); next = nextCheckpoint()) {
            boolean ended = false;
            try {
                services.checkpoints().keep(claim, next.get());
                ended = true;
                if (next.get().finished()) {
                    listener.finished(shard.id());
                }
            } catch (ClaimLostException e) {
                LOG.log(Level.DEBUG, "Mapping " + mapping + " is read by another poller", e);
                close(false);
                listener.lost();
                return;
            } catch (StoreException | StoreUnavailableException e) {
                LOG.log(
                        Level.DEBUG,
                        "The checkpoint of " + shard.id() + " of " + mapping + " could not be kept, and will be",
                        e);
            } finally {
                kept(ended ? next : Optional.empty());
            }
            if (!ended) {
                rest(pause.next());
                if (isClosed()) {
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
