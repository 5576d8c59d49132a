package hearth.pollers.kafka;

import hearth.events.DeliveryException;
import hearth.invoke.frontend.Resolution;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.FailedItems;
import hearth.pollers.PolledMapping;
import hearth.pollers.RetryPause;
import hearth.pollers.kafka.Batch.Condition;
import hearth.pollers.kafka.Batch.Piece;
import hearth.pollers.kafka.FailureRecord.LastRun;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Has the function run on a batch, on a thread of its own, until the batch is done with or nobody wants that any more.
final class BatchRun {
    private static final Logger LOG = System.getLogger(BatchRun.class.getName());

    private final MappingWork work;
    private final String partition;
    private final Batch batch;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final RetryPause pause = new RetryPause();
    private Optional<LastRun> run = Optional.empty();

    BatchRun(MappingWork work, String partition, Batch batch) {
        this.work = work;
        this.partition = partition;
        this.batch = batch;
    }

    /// @param onEnd told once it has ended
    void start(Runnable onEnd) {
        Thread.ofVirtual().name("batch of " + work.mapping()).start(() -> {
            try {
                run();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "A batch of " + work.mapping() + " comes again", e);
            } finally {
                ended.countDown();
                onEnd.run();
            }
        });
    }

    /// Nothing is tried any more, once the function has ended that runs now.
    void stop() {
        stopped.countDown();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /// @return whether it ended within the time
    boolean awaitEnd(Duration time) throws InterruptedException {
        return ended.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void run() throws InterruptedException {
        var piece = batch.next(work.services().clock().instant());
        while (piece.isPresent() && !isStopped()) {
            Duration wait;
            try {
                wait = piece.get().given().isPresent() ? tell(piece.get()) : attempt(piece.get());
            } catch (RuntimeException | Error e) {
                work.services().meter().defect();
                LOG.log(Level.ERROR, "A batch of " + work.mapping() + " met a defect, and is tried again", e);
                wait = pause.afterFailure();
            }
            if (wait.isZero()) {
                pause.reset();
            } else if (stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            piece = batch.next(work.services().clock().instant());
        }
    }

    /// @return how long to wait before the next attempt; zero when something has come of this one
    private Duration attempt(Piece piece) throws InterruptedException {
        var invoker = work.services().invoker();
        var mapping = work.mapping();
        var resolution = invoker.resolve(mapping);
        var obstacle = BatchInvoker.obstacle(resolution);
        if (obstacle.isPresent() || !(resolution instanceof Resolution.Resolved(var version, var _, var recursion))) {
            work.status().functionCannotRun(obstacle.orElse(""));
            return pause.afterObstacle();
        }
        work.status().functionRuns();
        var event = work.events().of(piece.records());
        if (event.length > BatchInvoker.LARGEST) {
            batch.giveUp(Condition.SIZE);
            return Duration.ZERO;
        }
        var meter = work.services().meter();
        int count = piece.records().size();
        var requestId = invoker.newRequestId();
        var header = recursion.enter(invoker.traceHeader(null)).traceHeader();
        return switch (invoker.run(mapping, version, requestId, event, header)) {
            case BatchOutcome.NotRun(var why) -> {
                LOG.log(Level.DEBUG, () -> "A batch of " + mapping + " was set back: " + why);
                yield pause.afterObstacle();
            }
            case BatchOutcome.Failed(var ran, var error, var _) -> {
                meter.invoked(mapping.id(), count);
                run = Optional.of(new LastRun(requestId, ran, error));
                yield failed(piece, ids(piece));
            }
            case BatchOutcome.Succeeded(var ran, var answer) -> {
                meter.invoked(mapping.id(), count);
                run = Optional.of(new LastRun(requestId, ran, ""));
                var failures = work.rules().reports()
                        ? FailedItems.ofPartitions(answer, ids(piece)).orElseGet(() -> senseless(piece, mapping))
                        : Set.<String>of();
                if (failures.isEmpty()) {
                    batch.done();
                    work.results().succeeded(partition);
                    yield Duration.ZERO;
                }
                yield failed(piece, failures);
            }
        };
    }

    private static Set<String> senseless(Piece piece, PolledMapping mapping) {
        LOG.log(
                Level.WARNING,
                "The function of mapping {0} says nothing sensible of its failures: its batch counts as failed",
                mapping);
        return ids(piece);
    }

    private static Set<String> ids(Piece piece) {
        return piece.records().stream().map(KafkaRecord::id).collect(Collectors.toSet());
    }

    /// @return how long to wait; zero when the next attempt is of fewer records
    private Duration failed(Piece piece, Set<String> ids) {
        work.services().meter().failed(work.mapping().id(), ids.size());
        work.results().failed(partition);
        batch.failed(ids);
        var next = batch.next(work.services().clock().instant());
        boolean goesOn = next.filter(after -> after.given().isPresent()
                        || after.records().size() < piece.records().size())
                .isPresent();
        return goesOn ? Duration.ZERO : pause.afterFailure();
    }

    /// @return how long to wait; zero when the destination knows of the piece, or there is none
    private Duration tell(Piece piece) throws InterruptedException {
        var mapping = work.mapping();
        var condition = piece.given().orElseThrow();
        var destination = work.destination();
        if (destination.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Mapping {0} gives up {1} records of {2}, from offset {3} on, by {4}: it has no destination for them",
                    mapping,
                    piece.records().size(),
                    partition,
                    String.valueOf(piece.records().getFirst().offset()),
                    condition.wireName());
        } else {
            var record = new FailureRecord(
                    mapping,
                    work.events(),
                    condition,
                    piece.runs(),
                    piece.runs() == 0 ? Optional.empty() : run,
                    work.services().clock().instant());
            try {
                destination.get().tell(record, piece, partition);
                work.services()
                        .meter()
                        .toldOfFailure(mapping.id(), piece.records().size());
                work.status().functionRuns();
            } catch (DeliveryException e) {
                work.status().functionCannotRun("The OnFailure destination cannot be told: " + e.getMessage());
                return pause.afterObstacle();
            }
        }
        batch.done();
        return Duration.ZERO;
    }
}
