package hearth.pollers.sqs;

import hearth.invoke.frontend.Resolution;
import hearth.model.filter.RecordFilter;
import hearth.model.filter.RecordSource;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.Concurrency;
import hearth.pollers.FailedItems;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.PollerMeter;
import hearth.pollers.SourceException;
import hearth.pollers.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
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

    private final ReentrantLock starting = new ReentrantLock();
    private volatile boolean closed;

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
            if (!closed && receivers.size() < mostReceivers) {
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

    private void receive() {
        var pause = new Pause();
        var gathering = new Gathering();
        try {
            while (!closed) {
                concurrency.enter();
                boolean handedOn = false;
                try {
                    gathering.gather();
                    pause.reset();
                    if (closed) {
                        return;
                    }
                    var batch = gathering.take();
                    if (!batch.isEmpty()) {
                        handedOn = true;
                        workOn(batch);
                        if (gathering.wasFull) {
                            startReceiver();
                        }
                    }
                } catch (SourceException e) {
                    status.sourceFails(String.valueOf(e.getMessage()));
                    Thread.sleep(pause.next());
                } catch (RuntimeException | Error e) {
                    defect(e);
                    Thread.sleep(pause.next());
                } finally {
                    if (!handedOn) {
                        concurrency.leave();
                    }
                }
                if (!handedOn && gathering.isEmpty()) {
                    concurrency.idle();
                    if (retire()) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "A poller of " + mapping + " ends", e);
        } finally {
            receivers.remove(Thread.currentThread());
            // Giving back takes no more than an answer of SQS, or its patience.
            var _ = Thread.interrupted();
            giveBack(gathering.messages());
            work.arriveAndDeregister();
        }
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

        private int bytes = SqsRecord.sizeOfEvent();
        private long knownUntil = System.nanoTime();

        /// When something came last.
        private long active = System.nanoTime();

        private boolean wasFull;

        void gather() throws SourceException, InterruptedException {
            wasFull = false;
            if (System.nanoTime() - knownUntil >= 0) {
                visibility = queue.visibility();
                knownUntil = System.nanoTime() + KNOWN.toNanos();
            }
            addAll(List.copyOf(next));
            long end = 0;
            while (!closed && records.size() < batchSize && next.isEmpty()) {
                long left = end == 0 ? System.nanoTime() - active : Math.max(0, end - System.nanoTime());
                if (end != 0 && left == 0) {
                    return;
                }
                int asked = Math.min(Queue.MOST, batchSize - records.size());
                long began = System.nanoTime();
                var wait = end == 0 && left < SHORTEST_POLL.toNanos() ? SHORTEST_POLL : Duration.ofNanos(left);
                var got = queue.receive(asked, least(LONGEST_POLL, wait));
                status.sourceAnswers();
                if (!got.isEmpty()) {
                    active = System.nanoTime();
                }
                wasFull = got.size() == asked;
                meter.polled(mapping.id(), got.size());
                addAll(admitted(got));
                if (got.isEmpty() && System.nanoTime() - began < UNWAITED.toNanos()) {
                    // Whoever knows no long polls is not asked without end.
                    Thread.sleep(UNWAITED);
                }
                if (records.isEmpty() || window.isZero()) {
                    return;
                }
                if (end == 0) {
                    end = System.nanoTime() + window.toNanos();
                } else if (got.isEmpty()) {
                    // SQS waits for whole seconds only.
                    Thread.sleep(Duration.ofNanos(Math.clamp(
                            end - System.nanoTime(), 0, Duration.ofSeconds(1).toNanos())));
                }
            }
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

        List<SqsRecord> take() {
            var batch = List.copyOf(records);
            records.clear();
            bytes = SqsRecord.sizeOfEvent();
            return batch;
        }

        boolean isEmpty() {
            return records.isEmpty() && next.isEmpty();
        }

        List<Message> messages() {
            var all = new ArrayList<Message>();
            records.forEach(record -> all.add(record.message()));
            next.forEach(record -> all.add(record.message()));
            return all;
        }
    }

    /// Deletes what the filters do not let through, as AWS does.
    private List<SqsRecord> admitted(List<Message> got) {
        var admitted = new ArrayList<SqsRecord>();
        var others = new ArrayList<Message>();
        for (var message : got) {
            var record = SqsRecord.of(message, queue);
            if (filter.admits(record)) {
                admitted.add(record);
            } else {
                others.add(message);
            }
        }
        if (!others.isEmpty()) {
            meter.filteredOut(mapping.id(), others.size());
            aside(() -> delete(others));
        }
        return admitted;
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void workOn(List<SqsRecord> batch) {
        aside(() -> {
            try {
                run(batch);
            } finally {
                concurrency.leave();
            }
        });
    }

    /// Does it on a thread of its own, whose end a closing poller waits for.
    private void aside(Task task) {
        work.register();
        Thread.ofVirtual().name("batch of " + mapping).start(() -> {
            try {
                task.run();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "A batch of " + mapping + " is left to the queue", e);
            } catch (RuntimeException | Error e) {
                defect(e);
            } finally {
                work.arriveAndDeregister();
            }
        });
    }

    @FunctionalInterface
    private interface Task {
        void run() throws InterruptedException;
    }

    /// Has the function run on them, at once or when it may, as long as they are this poller's.
    private void run(List<SqsRecord> batch) throws InterruptedException {
        long until = System.nanoTime() + visibility.toNanos();
        var pause = new Pause();
        while (true) {
            var why = attempt(batch);
            if (why.isEmpty()) {
                return;
            }
            concurrency.throttled();
            LOG.log(Level.DEBUG, () -> "A batch of " + mapping + " was set back: " + why);
            var wait = pause.next();
            if (closed) {
                giveBack(batch.stream().map(SqsRecord::message).toList());
                return;
            }
            if (System.nanoTime() + wait.toNanos() - until >= 0) {
                // They come again, and count as received once more.
                meter.failed(mapping.id(), batch.size());
                return;
            }
            Thread.sleep(wait);
        }
    }

    /// @return why the function did not run; empty when the batch is done
    private String attempt(List<SqsRecord> batch) throws InterruptedException {
        var resolution = invoker.resolve(mapping);
        var obstacle = BatchInvoker.obstacle(resolution);
        if (obstacle.isPresent() || !(resolution instanceof Resolution.Resolved(var version, var _, var recursion))) {
            status.functionCannotRun(obstacle.orElse(""));
            return obstacle.orElse("");
        }
        status.functionRuns();
        // All that came with one header are one chain; those of several go on with the last one's.
        var header = "";
        var records = new ArrayList<SqsRecord>();
        for (var record : batch) {
            var round = recursion.enter(invoker.traceHeader(record.traceHeader()));
            if (round.isStopped()) {
                meter.recursionStopped(mapping.function());
                meter.failed(mapping.id(), 1);
            } else {
                records.add(record);
                header = header.isEmpty() || record.traceHeader() != null ? round.traceHeader() : header;
            }
        }
        if (records.isEmpty()) {
            return "";
        }
        var event = SqsRecord.event(records);
        if (event.length > BatchInvoker.LARGEST) {
            LOG.log(
                    Level.ERROR,
                    "Message {0} of mapping {1} is {2} bytes of JSON, more than a function can be given",
                    records.getFirst().id(),
                    mapping,
                    event.length);
            meter.failed(mapping.id(), records.size());
            return "";
        }
        var outcome = invoker.invoke(mapping, version, event, header);
        return switch (outcome) {
            case BatchOutcome.NotRun(var reason) -> reason;
            case BatchOutcome.Failed _ -> {
                meter.invoked(mapping.id(), records.size());
                meter.failed(mapping.id(), records.size());
                yield "";
            }
            case BatchOutcome.Succeeded(var _, var answer) -> {
                meter.invoked(mapping.id(), records.size());
                delete(succeeded(records, answer));
                yield "";
            }
        };
    }

    private List<Message> succeeded(List<SqsRecord> records, byte[] answer) {
        var all = records.stream().map(SqsRecord::message).toList();
        if (!mapping.reportsFailures()) {
            return all;
        }
        var ids = new HashSet<String>();
        records.forEach(record -> ids.add(record.id()));
        var failed = FailedItems.of(answer, ids);
        if (failed.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "The function of mapping {0} says nothing sensible of its failures: its batch counts as failed",
                    mapping);
            meter.failed(mapping.id(), records.size());
            return List.of();
        }
        meter.failed(mapping.id(), failed.get().size());
        return all.stream()
                .filter(message -> !failed.get().contains(message.messageId()))
                .toList();
    }

    /// However often that takes, as long as the messages are this poller's.
    private void delete(List<Message> messages) throws InterruptedException {
        long until = System.nanoTime() + visibility.toNanos();
        var pause = new Pause();
        var left = messages;
        while (!left.isEmpty()) {
            var why = "SQS did not delete them.";
            try {
                int before = left.size();
                left = queue.delete(left);
                meter.deleted(mapping.id(), before - left.size());
            } catch (SourceException e) {
                why = String.valueOf(e.getMessage());
            }
            var wait = pause.next();
            if (!left.isEmpty() && System.nanoTime() + wait.toNanos() - until >= 0) {
                LOG.log(
                        Level.WARNING,
                        "{0} messages of mapping {1} come again, although its function has run on them: {2}",
                        left.size(),
                        mapping,
                        why);
                return;
            }
            if (!left.isEmpty()) {
                Thread.sleep(wait);
            }
        }
    }

    private void giveBack(List<Message> messages) {
        try {
            queue.giveBack(messages);
        } catch (SourceException | RuntimeException e) {
            LOG.log(Level.DEBUG, "Messages of " + mapping + " come again when their visibility timeout is over", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close(boolean now) throws InterruptedException {
        starting.lock();
        try {
            if (!closed) {
                closed = true;
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
