package hearth.pollers.kafka;

import hearth.pollers.HeldMemory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// The partitions that a member of a consumer group has, with what was read of each and the batch that runs on it. Of
/// the member's thread.
final class Partitions {
    private static final Logger LOG = System.getLogger(Partitions.class.getName());

    /// How long a hand-over waits for a function.
    private static final Duration LONGEST_RUN = Member.LONGEST_POLL.minusMinutes(1);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final MappingWork work;
    private final HeldMemory memory;
    private final Runnable onBatchEnd;
    private final Map<TopicPartition, PartitionQueue> queues = new HashMap<>();
    private final Map<TopicPartition, BatchRun> runs = new HashMap<>();
    private final ReadAhead readAhead = new ReadAhead(queues);

    /// Whether there is no memory for more.
    private boolean hurries;

    /// @param onBatchEnd told by another thread when a batch has ended
    Partitions(MappingWork work, HeldMemory memory, Runnable onBatchEnd) {
        this.work = work;
        this.memory = memory;
        this.onBatchEnd = onBatchEnd;
    }

    void assign(Collection<TopicPartition> partitions) {
        for (var partition : partitions) {
            queues.put(partition, new PartitionQueue(work.rules(), work.events().sizeOfFrame(partition.toString())));
        }
    }

    /// All that the member has.
    List<TopicPartition> all() {
        return List.copyOf(queues.keySet());
    }

    /// Until when there is nothing to do but to read.
    Duration untilDue(long now) {
        long wait = hurries ? HeldMemory.LOOK.toNanos() : Member.LONGEST_WAIT.toNanos();
        wait = Math.min(wait, readAhead.untilChange().orElse(wait));
        for (var queue : queues.values()) {
            wait = Math.min(wait, queue.due(now).orElse(wait));
        }
        return Duration.ofNanos(wait);
    }

    void take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        long now = System.nanoTime();
        int polled = 0;
        int filteredOut = 0;
        for (var source : records) {
            polled++;
            var queue = queues.get(new TopicPartition(source.topic(), source.partition()));
            var record = KafkaRecord.of(source);
            if (queue == null) {
                throw new IllegalStateException("a record of " + record.partition() + ", which is another's");
            }
            if (work.filter().admits(record)) {
                queue.add(record, now);
            } else {
                filteredOut++;
            }
        }
        count();
        if (polled > 0) {
            work.services().meter().polled(work.mapping().id(), polled);
        }
        if (filteredOut > 0) {
            work.services().meter().filteredOut(work.mapping().id(), filteredOut);
        }
    }

    /// @param position that a partition is read from next
    void readUpTo(TopicPartition partition, long position) {
        var queue = queues.get(partition);
        if (queue != null) {
            queue.readUpTo(position);
        }
    }

    /// Looks which batches have ended.
    ///
    /// @param stopped whether batches may end before they are done with
    void takeEnded(boolean stopped) {
        runs.entrySet().removeIf(entry -> {
            boolean ended = entry.getValue().hasEnded();
            if (ended) {
                var queue = queues.get(entry.getKey());
                if (queue != null && !queue.ended() && !stopped) {
                    throw new IllegalStateException("a batch ended before it was done with");
                }
            }
            return ended;
        });
        count();
    }

    private void count() {
        memory.set(queues.values().stream().mapToLong(PartitionQueue::memory).sum());
    }

    /// Has the function run on what is a batch by now.
    void startRuns() {
        hurries = !memory.hasRoom();
        queues.values().forEach(queue -> queue.hurry(hurries));
        long now = System.nanoTime();
        queues.forEach((partition, queue) -> queue.next(now).ifPresent(batch -> {
            var run = new BatchRun(work, partition.toString(), batch);
            runs.put(partition, run);
            run.start(onBatchEnd);
        }));
    }

    ReadAhead readAhead() {
        return readAhead;
    }

    /// The offsets that are new, which count as committed from now on.
    Map<TopicPartition, OffsetAndMetadata> toCommit(Collection<TopicPartition> partitions) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : partitions) {
            var queue = queues.get(partition);
            if (queue != null) {
                queue.toCommit().ifPresent(offset -> {
                    offsets.put(partition, new OffsetAndMetadata(offset));
                    queue.setCommitted(offset);
                });
            }
        }
        return offsets;
    }

    void notCommitted(Collection<TopicPartition> partitions) {
        for (var partition : partitions) {
            var queue = queues.get(partition);
            if (queue != null) {
                queue.setCommitted(-1);
            }
        }
    }

    /// Tries nothing any more. What runs goes on to its end.
    void stopRuns() {
        runs.values().forEach(BatchRun::stop);
    }

    boolean runs() {
        return !runs.isEmpty();
    }

    /// Waits for what runs on partitions.
    ///
    /// @param abandoned whether it is to be waited for no longer
    void await(Collection<TopicPartition> partitions, BooleanSupplier abandoned) {
        var running =
                partitions.stream().filter(runs::containsKey).map(runs::get).toList();
        running.forEach(BatchRun::stop);
        long until = System.nanoTime() + LONGEST_RUN.toNanos();
        try {
            for (var run : running) {
                while (!abandoned.getAsBoolean() && !run.awaitEnd(LOOK) && System.nanoTime() - until < 0) {
                    LOG.log(Level.TRACE, "A partition is handed over once its function has ended");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void remove(Collection<TopicPartition> partitions) {
        for (var partition : partitions) {
            queues.remove(partition);
            runs.remove(partition);
            work.results().left(partition.toString());
        }
        count();
    }
}
