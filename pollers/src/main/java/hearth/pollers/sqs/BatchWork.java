package hearth.pollers.sqs;

import hearth.invoke.frontend.Resolution;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.Concurrency;
import hearth.pollers.FailedItems;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.PollerMeter;
import hearth.pollers.SourceException;
import hearth.pollers.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sqs.model.Message;

/// What a poller does with messages that it has taken out: has the function run on them, deletes those that it has
/// run on, or gives them back.
///
/// @param closing is down once the poller takes nothing more
record BatchWork(
        PolledMapping mapping,
        Queue queue,
        BatchInvoker invoker,
        Status status,
        PollerMeter meter,
        Concurrency concurrency,
        CountDownLatch closing) {
    private static final Logger LOG = System.getLogger(BatchWork.class.getName());

    /// What the function is to run on at once.
    ///
    /// @param until by when the messages are others' too, in nanoseconds
    /// @param deleted whether all of them were, once that is known
    record Batch(List<SqsRecord> records, long until, CompletableFuture<Boolean> deleted) {
        boolean awaitDeletion() throws InterruptedException {
            try {
                return deleted.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("nobody completes it with a failure", e);
            }
        }
    }

    /// Gives them back to the queue, and their memory.
    void leave(List<SqsRecord> records) {
        giveBack(messages(records));
        release(records);
    }

    void release(List<SqsRecord> records) {
        invoker.giveBack(records.stream().mapToLong(SqsRecord::memory).sum());
    }

    private static List<Message> messages(List<SqsRecord> records) {
        return records.stream().map(SqsRecord::message).toList();
    }

    /// Has the function run on them, at once or when it may, as long as they are this poller's.
    void run(Batch batch) throws InterruptedException {
        var pause = new Pause();
        while (true) {
            var why = attempt(batch);
            if (why.isEmpty()) {
                return;
            }
            concurrency.throttled();
            LOG.log(Level.DEBUG, () -> "A batch of " + mapping + " was set back: " + why);
            var wait = pause.next();
            if (System.nanoTime() + wait.toNanos() - batch.until() >= 0) {
                // They come again, and count as received once more.
                meter.failed(mapping.id(), batch.records().size());
                return;
            }
            if (isClosedWithin(wait)) {
                giveBack(messages(batch.records()));
                return;
            }
        }
    }

    /// @return why the function did not run; empty when the batch is done
    private String attempt(Batch batch) throws InterruptedException {
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
        for (var record : batch.records()) {
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
        var outcome = invoker.run(mapping, version, event, header);
        return switch (outcome) {
            case BatchOutcome.NotRun(var reason) -> reason;
            case BatchOutcome.Failed _ -> {
                meter.invoked(mapping.id(), records.size());
                meter.failed(mapping.id(), records.size());
                yield "";
            }
            case BatchOutcome.Succeeded(var _, var answer) -> {
                meter.invoked(mapping.id(), records.size());
                var done = succeeded(records, answer);
                boolean isDeleted = delete(done, batch.until());
                batch.deleted()
                        .complete(isDeleted && done.size() == batch.records().size());
                yield "";
            }
        };
    }

    private List<Message> succeeded(List<SqsRecord> records, byte[] answer) {
        var all = messages(records);
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
    ///
    /// @param until by when they are others' too
    /// @return whether all are
    private boolean delete(List<Message> messages, long until) throws InterruptedException {
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
                return false;
            }
            if (!left.isEmpty()) {
                Thread.sleep(wait);
            }
        }
        return true;
    }

    private boolean isClosedWithin(Duration pause) throws InterruptedException {
        return closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
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
}
