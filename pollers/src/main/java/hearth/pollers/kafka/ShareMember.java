package hearth.pollers.kafka;

import hearth.pollers.HeldMemory;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// A member of a share group (KIP-932): takes records out up to `BatchSize`, has the function run on them, and accepts
/// what is done with. It has the records of one poll at a time.
///
/// What the function fails on, or may not run on, stays here and is tried again, with its lock renewed (KIP-1222): a
/// broker gives what is released to the next at once, and to nobody any more after the fifth time.
final class ShareMember extends Member {
    private static final Logger LOG = System.getLogger(ShareMember.class.getName());

    /// How long renewed records are waited for, and how often.
    private static final Duration RETURN = Duration.ofMillis(50);

    private static final int RETURNS = 20;

    /// How long a lock lasts, unless the broker says otherwise.
    private static final int LOCK_MILLIS = 30_000;

    ShareMember(MappingWork work, KafkaAccess access, int index) {
        super(work, access, index);
    }

    @Override
    void join() throws SourceException, InterruptedException {
        var consumer =
                new KafkaShareConsumer<>(groupSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            readBy(consumer::wakeup);
            consumer.subscribe(List.of(work().rules().topic()));
            var connections = new Connections(work().status());
            while (!isClosed()) {
                if (memory().hasRoom()) {
                    take(consumer);
                    connections.look(consumer.metrics());
                } else {
                    var _ = isClosedWithin(HeldMemory.LOOK);
                }
            }
        } finally {
            readNoMore();
            memory().set(0);
            try {
                consumer.close(LEAVING);
            } catch (KafkaException e) {
                LOG.log(Level.DEBUG, "The poller of {0} left with {1}", work().mapping(), e.getClass());
            }
        }
    }

    private Map<String, Object> groupSettings() throws SourceException {
        var settings = settings();
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // Else a poll returns whole batches of producers, however large.
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, work().rules().batchSize());
        return settings;
    }

    /// Takes records out, and works on them until all are done with or the member is closed.
    private void take(KafkaShareConsumer<byte[], byte[]> consumer) throws InterruptedException {
        var batches = new ArrayList<SharedBatch>();
        try {
            var polled = consumer.poll(LONGEST_WAIT);
            for (var part : SharedBatch.parts(polled, work())) {
                if (part.wanted().isEmpty()) {
                    SharedBatch.acknowledge(consumer, part.all(), AcknowledgeType.ACCEPT);
                } else {
                    batches.add(new SharedBatch(work(), part));
                }
            }
            if (batches.isEmpty()) {
                if (!polled.isEmpty()) {
                    acknowledge(consumer, batches, AcknowledgeType.RENEW);
                }
                return;
            }
        } catch (WakeupException e) {
            LOG.log(Level.TRACE, "The poller is to end");
            return;
        }
        pause().reset();
        memory().set(batches.stream().mapToLong(SharedBatch::memory).sum());
        long lock = consumer.acquisitionLockTimeoutMs().orElse(LOCK_MILLIS);
        long renewal = TimeUnit.MILLISECONDS.toNanos(lock) / 3;
        try {
            // Its end is seen by who waits for it: what wakes the consumer up would break off an acknowledgement.
            batches.forEach(batch -> batch.start(() -> {}));
            long renewed = System.nanoTime();
            while (!batches.isEmpty()) {
                awaitChange(batches, renewed + renewal - System.nanoTime());
                if (isClosed()) {
                    end(consumer, batches);
                    return;
                }
                boolean due = System.nanoTime() - renewed >= renewal;
                if (due || batches.stream().anyMatch(SharedBatch::hasEnded)) {
                    renewed = System.nanoTime();
                    acknowledge(consumer, batches, AcknowledgeType.RENEW);
                    memory().set(batches.stream().mapToLong(SharedBatch::memory).sum());
                    takeAgain(consumer, batches);
                }
            }
        } finally {
            batches.forEach(SharedBatch::stop);
            memory().set(0);
        }
    }

    /// Waits for the end of a batch, no longer than until locks are to be renewed.
    private void awaitChange(List<SharedBatch> batches, long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        while (!isClosed() && batches.stream().noneMatch(SharedBatch::hasEnded) && System.nanoTime() - until < 0) {
            var _ = batches.getFirst().awaitEnd(Duration.ofMillis(20));
        }
    }

    /// Accepts what is done with, which is left out of the batches then, and does the other thing with the rest.
    private void acknowledge(
            KafkaShareConsumer<byte[], byte[]> consumer, List<SharedBatch> batches, AcknowledgeType rest) {
        // One that is done with a moment later has to be told of the next time.
        var done = batches.stream().filter(SharedBatch::isDone).toList();
        batches.removeAll(done);
        done.forEach(batch -> batch.acknowledge(consumer, AcknowledgeType.ACCEPT));
        batches.forEach(batch -> batch.acknowledge(consumer, rest));
        while (true) {
            try {
                // It does not throw where it comes too late: what it returns says so.
                consumer.commitSync()
                        .forEach((partition, failure) -> failure.ifPresent(why -> LOG.log(
                                Level.WARNING,
                                "Records of {0} of mapping {1} come again, although its function has them: {2}",
                                partition,
                                work().mapping(),
                                why.getClass().getSimpleName())));
                return;
            } catch (WakeupException e) {
                LOG.log(Level.TRACE, "Woken up in the middle of an acknowledgement, which is tried again");
            }
        }
    }

    /// A record whose lock was renewed has to be polled again before it can be acknowledged. What else may come then,
    /// as a lock was lost, has to wait.
    private static void takeAgain(KafkaShareConsumer<byte[], byte[]> consumer, List<SharedBatch> batches) {
        if (batches.isEmpty()) {
            return;
        }
        for (int i = 0; i < RETURNS; i++) {
            try {
                // The answer of the brokers to the renewal may be on its way.
                var polled = consumer.poll(RETURN);
                var others = new ArrayList<ConsumerRecord<byte[], byte[]>>();
                for (var record : polled) {
                    if (batches.stream().noneMatch(batch -> batch.has(record))) {
                        others.add(record);
                    }
                }
                SharedBatch.acknowledge(consumer, others, AcknowledgeType.RELEASE);
                if (polled.count() > others.size()) {
                    return;
                }
            } catch (WakeupException e) {
                LOG.log(Level.TRACE, "Woken up, as the member is to end");
            }
        }
    }

    /// Waits for the functions that run, and gives back what they have not done.
    private void end(KafkaShareConsumer<byte[], byte[]> consumer, List<SharedBatch> batches)
            throws InterruptedException {
        batches.forEach(SharedBatch::stop);
        long renewal = TimeUnit.MILLISECONDS.toNanos(
                        consumer.acquisitionLockTimeoutMs().orElse(LOCK_MILLIS))
                / 3;
        long renewed = System.nanoTime();
        while (!isAbandoned() && !batches.stream().allMatch(SharedBatch::hasEnded)) {
            for (var batch : batches) {
                var _ = batch.awaitEnd(Duration.ofMillis(20));
            }
            if (System.nanoTime() - renewed >= renewal) {
                renewed = System.nanoTime();
                acknowledge(consumer, batches, AcknowledgeType.RENEW);
                takeAgain(consumer, batches);
            }
        }
        batches.forEach(SharedBatch::warnOfLoss);
        acknowledge(consumer, batches, AcknowledgeType.RELEASE);
    }
}
