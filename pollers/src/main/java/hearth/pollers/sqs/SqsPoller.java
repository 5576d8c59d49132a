package hearth.pollers.sqs;

import hearth.model.filter.RecordFilter;
import hearth.model.filter.RecordSource;
import hearth.pollers.BatchInvoker;
import hearth.pollers.Concurrency;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.PollerMeter;
import hearth.pollers.SourceException;
import hearth.pollers.Status;
import hearth.pollers.sqs.BatchWork.Batch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.services.sqs.model.Message;

/// Polls a queue for one function.
///
/// While nothing comes, one receiver waits in a long poll. Each that got all it asked for calls another to help, and
/// one that got nothing ends. Batches run beside each other as far as `Concurrency` lets them. What the function has
/// run on is deleted; what it failed on is left alone, and comes again when its visibility timeout is over: the queue's
/// own redrive policy says how often.
final class SqsPoller implements Poller {
    private static final Logger LOG = System.getLogger(SqsPoller.class.getName());

    /// How long a poll waits: as long as the queue has been quiet, within these bounds. A server of SQS may not notice
    /// that a poll was broken off, and hides from all for a visibility timeout what comes in its time.
    private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

    /// The longest that SQS knows.
    private static final Duration LONGEST_POLL = Duration.ofSeconds(20);

    /// The pause after a poll that did not wait.
    private static final Duration UNWAITED = Duration.ofMillis(200);

    /// After how long it is looked whether there is memory again.
    private static final Duration MEMORY_LOOK = Duration.ofMillis(100);

    /// For how long it is believed what the queue's settings are.
    private static final Duration KNOWN = Duration.ofMinutes(5);

    /// How many batches run at once in the beginning.
    private static final int FIRST = 5;

    private static final int MOST = 1250;

    /// How many a provisioned poller has run at once.
    private static final int OF_A_POLLER = 10;

    /// How many receivers help each other where the mapping says nothing of pollers.
    private static final int RECEIVERS = 5;

    private final PolledMapping mapping;
    private final Queue queue;
    private final BatchInvoker invoker;
    private final Status status;
    private final PollerMeter meter;
    private final RecordFilter filter;
    private final Concurrency concurrency;
    private final int batchSize;
    private final Duration window;
    private final int leastReceivers;
    private final int mostReceivers;
    private final Set<Thread> receivers = ConcurrentHashMap.newKeySet();
    /// Counts receivers and batches: the poller is one party until it is closed.
    private final Phaser work = new Phaser(1);

    private final BatchWork batches;
    private final ReentrantLock starting = new ReentrantLock();
    private final CountDownLatch closing = new CountDownLatch(1);

    /// Ends with the last receiver and batch of a closed poller.
    private volatile int lastPhase;

    private volatile Duration visibility = Duration.ofSeconds(30);

    SqsPoller(PolledMapping mapping, Queue queue, BatchInvoker invoker, Status status, PollerMeter meter) {
        this.mapping = mapping;
        this.queue = queue;
        this.invoker = invoker;
        this.status = status;
        this.meter = meter;
        var settings = mapping.settings();
        this.filter = mapping.filter(RecordSource.SQS);
        this.batchSize = PolledMapping.number(settings.batchSize(), 10);
        this.window = Duration.ofSeconds(PolledMapping.number(settings.maximumBatchingWindowInSeconds(), 0));
        var provisioned = settings.provisionedPollerConfig();
        if (provisioned == null) {
            var scaling = settings.scalingConfig();
            int most = scaling == null ? MOST : PolledMapping.number(scaling.maximumConcurrency(), MOST);
            this.leastReceivers = 1;
            this.mostReceivers = Math.min(RECEIVERS, most);
            this.concurrency = new Concurrency(FIRST, most, System::nanoTime);
        } else {
            this.leastReceivers = PolledMapping.number(provisioned.minimumPollers(), 2);
            this.mostReceivers = Math.max(leastReceivers, PolledMapping.number(provisioned.maximumPollers(), 2));
            this.concurrency =
                    new Concurrency(leastReceivers * OF_A_POLLER, mostReceivers * OF_A_POLLER, System::nanoTime);
        }
        this.batches = new BatchWork(mapping, queue, invoker, status, meter, concurrency, closing);
    }

    @Override
    public void begin() {
        for (int i = 0; i < leastReceivers; i++) {
            startReceiver();
        }
    }

    private void startReceiver() {
        starting.lock();
        try {
            if (!isClosed() && receivers.size() < mostReceivers) {
                var receiver = Thread.ofVirtual().name("poller of " + mapping).unstarted(this::receive);
                receivers.add(receiver);
                work.register();
                receiver.start();
            }
        } finally {
            starting.unlock();
        }
    }

    /// @return false when as few receivers as there may be would be left
    private boolean retire() {
        starting.lock();
        try {
            return receivers.size() > leastReceivers && receivers.remove(Thread.currentThread());
        } finally {
            starting.unlock();
        }
    }

    private boolean isClosed() {
        return closing.getCount() == 0;
    }

    /// @return whether it was closed before that was over
    private boolean isClosedWithin(Duration pause) throws InterruptedException {
        return closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void receive() {
        var pause = new Pause();
        var gathering = new Gathering();
        try {
            while (!isClosed()) {
                try {
                    if (!takeBatch(gathering, pause)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    // By `close`, or by a timer of AWS's client that came too late.
                    LOG.log(Level.DEBUG, "A poller of " + mapping + " was interrupted", e);
                } catch (RuntimeException | Error e) {
                    defect(e);
                    LockSupport.parkNanos(UNWAITED.toNanos());
                }
            }
        } finally {
            receivers.remove(Thread.currentThread());
            // Giving back takes no more than an answer of SQS, or its patience.
            var _ = Thread.interrupted();
            gathering.giveBack();
            work.arriveAndDeregister();
        }
    }

    /// @return false when this receiver is not needed any more
    private boolean takeBatch(Gathering gathering, Pause pause) throws InterruptedException {
        concurrency.enter();
        boolean handedOn = false;
        try {
            gathering.gather();
            pause.reset();
            if (isClosed()) {
                return false;
            }
            if (gathering.wasFull) {
                startReceiver();
            }
            if (!gathering.records.isEmpty()) {
                var batch = gathering.take();
                workOn(batch);
                handedOn = true;
                try {
                    gathering.deleteUnwanted();
                } finally {
                    gathering.keepOrderAfter(batch);
                }
            }
        } catch (SourceException e) {
            if (isClosed()) {
                return false;
            }
            status.sourceFails(String.valueOf(e.getMessage()));
            var _ = isClosedWithin(pause.next());
        } catch (RuntimeException | Error e) {
            defect(e);
            var _ = isClosedWithin(pause.next());
        } finally {
            if (!handedOn) {
                concurrency.leave();
            }
        }
        if (!handedOn && gathering.isQuiet()) {
            concurrency.idle();
            return !retire();
        }
        return true;
    }

    private void defect(Throwable e) {
        meter.defect();
        LOG.log(Level.ERROR, "A poller of " + mapping + " met a defect, and goes on", e);
    }

    /// What one receiver has taken out, until it is a batch: `BatchSize`, the end of the window, or 6 MB.
    private final class Gathering {
        private final List<SqsRecord> records = new ArrayList<>();

        /// Came in with what is a batch already.
        private final List<SqsRecord> next = new ArrayList<>();

        /// What the filters do not let through, to be deleted, as AWS does.
        private final List<Message> unwanted = new ArrayList<>();

        private int bytes = SqsRecord.sizeOfEvent();
        private long knownUntil = System.nanoTime();

        /// When something came last.
        private long active = System.nanoTime();

        /// When the oldest of the records, or an older one, came.
        private long since;

        private boolean wasFull;

        /// Whether anything came, be it only what nobody wants.
        private boolean came;

        void gather() throws SourceException, InterruptedException {
            wasFull = false;
            came = false;
            if (System.nanoTime() - knownUntil >= 0) {
                visibility = queue.visibility();
                knownUntil = System.nanoTime() + KNOWN.toNanos();
            }
            addAll(List.copyOf(next));
            boolean begun = !records.isEmpty();
            long end = System.nanoTime() + window.toNanos();
            while (!isClosed() && records.size() < batchSize && next.isEmpty()) {
                long left = begun ? Math.max(0, end - System.nanoTime()) : System.nanoTime() - active;
                if ((begun && left == 0) || !mayTakeMore()) {
                    return;
                }
                int asked = Math.min(Queue.MOST, batchSize - records.size());
                var wait = !begun && left < SHORTEST_POLL.toNanos() ? SHORTEST_POLL : Duration.ofNanos(left);
                int got = receive(asked, least(LONGEST_POLL, wait));
                wasFull = got == asked;
                if (records.isEmpty() || window.isZero()) {
                    return;
                }
                if (!begun) {
                    begun = true;
                    end = System.nanoTime() + window.toNanos();
                } else if (got == 0
                        && isClosedWithin(Duration.ofNanos(Math.clamp(
                                end - System.nanoTime(),
                                0,
                                Duration.ofSeconds(1).toNanos())))) {
                    // SQS waits for whole seconds only.
                    return;
                }
            }
        }

        /// Deletes what is unwanted first: whoever cannot delete would only take the same out again and again.
        ///
        /// @return how many messages came
        private int receive(int most, Duration wait) throws SourceException, InterruptedException {
            deleteUnwanted();
            long began = System.nanoTime();
            var got = queue.receive(most, wait);
            if (!got.isEmpty()) {
                came = true;
                active = System.nanoTime();
                if (records.isEmpty()) {
                    since = active;
                }
                addAll(admitted(got));
                meter.polled(mapping.id(), got.size());
            }
            status.sourceAnswers();
            if (got.isEmpty() && System.nanoTime() - began < UNWAITED.toNanos()) {
                // Whoever knows no long polls is not asked without end.
                var _ = isClosedWithin(UNWAITED);
            }
            return got.size();
        }

        private List<SqsRecord> admitted(List<Message> got) {
            var admitted = new ArrayList<SqsRecord>();
            int before = unwanted.size();
            for (var message : got) {
                try {
                    var record = SqsRecord.of(message, queue);
                    if (filter.admits(record)) {
                        admitted.add(record.withoutBody());
                        invoker.hold(record.memory());
                    } else {
                        unwanted.add(record.withoutBody().message());
                    }
                } catch (RuntimeException e) {
                    // The others of its batch are run; this one comes again, as long as its queue lets it.
                    defect(e);
                }
            }
            meter.filteredOut(mapping.id(), unwanted.size() - before);
            return admitted;
        }

        private void deleteUnwanted() throws SourceException, InterruptedException {
            if (!unwanted.isEmpty()) {
                // What is left came too late, and comes again.
                int left = queue.delete(unwanted).size();
                meter.deleted(mapping.id(), unwanted.size() - left);
                unwanted.clear();
            }
        }

        /// While memory is short, what was gathered is a batch as it is, and nothing more is taken out.
        private boolean mayTakeMore() throws InterruptedException {
            while (!invoker.hasRoom()) {
                if (!records.isEmpty() || isClosedWithin(MEMORY_LOOK)) {
                    return false;
                }
            }
            return true;
        }

        private void addAll(List<SqsRecord> more) {
            next.clear();
            for (var record : more) {
                if (next.isEmpty()
                        && records.size() < batchSize
                        && (records.isEmpty() || bytes + record.size() <= BatchInvoker.LARGEST)) {
                    records.add(record);
                    bytes += record.size();
                } else {
                    next.add(record);
                }
            }
        }

        Batch take() {
            var batch = new Batch(List.copyOf(records), since + visibility.toNanos(), new CompletableFuture<>());
            records.clear();
            bytes = SqsRecord.sizeOfEvent();
            return batch;
        }

        /// What came with a batch of a queue that keeps an order runs after it, and only if all of it is deleted.
        void keepOrderAfter(Batch batch) throws InterruptedException {
            if (queue.isFifo()
                    && !next.isEmpty()
                    && !(batch.awaitDeletion() && System.nanoTime() - batch.until() < 0)) {
                var left = List.copyOf(next);
                next.clear();
                batches.leave(left);
            }
        }

        boolean isQuiet() {
            return !came && records.isEmpty() && next.isEmpty() && unwanted.isEmpty();
        }

        void giveBack() {
            batches.leave(records);
            batches.leave(next);
            try {
                deleteUnwanted();
            } catch (SourceException | RuntimeException e) {
                LOG.log(Level.DEBUG, "Messages of " + mapping + " come again, and are filtered out then", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// Works on it on a thread of its own, whose end a closing poller waits for.
    private void workOn(Batch batch) {
        work.register();
        boolean begun = false;
        try {
            Thread.ofVirtual().name("batch of " + mapping).start(() -> {
                try {
                    batches.run(batch);
                } catch (InterruptedException e) {
                    LOG.log(Level.DEBUG, "A batch of " + mapping + " is left to the queue", e);
                } catch (RuntimeException | Error e) {
                    defect(e);
                } finally {
                    batch.deleted().complete(false);
                    batches.release(batch.records());
                    concurrency.leave();
                    work.arriveAndDeregister();
                }
            });
            begun = true;
        } finally {
            if (!begun) {
                batches.release(batch.records());
                work.arriveAndDeregister();
            }
        }
    }

    @Override
    public void close(boolean now) throws InterruptedException {
        starting.lock();
        try {
            if (!isClosed()) {
                closing.countDown();
                concurrency.close();
                lastPhase = work.arriveAndDeregister();
            }
            if (now) {
                receivers.forEach(Thread::interrupt);
            }
        } finally {
            starting.unlock();
        }
        work.awaitAdvanceInterruptibly(lastPhase);
    }

    /// What two of them take out is not the same, and a queue that keeps an order keeps it for both.
    @Override
    public boolean mayOverlap() {
        return true;
    }
}
