package hearth.pollers.kafka;

import hearth.pollers.HeldMemory;
import hearth.pollers.Pause;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/// One member of a mapping's consumer group, on a thread of its own: reads its partitions, has the function run on
/// each beside the others, and commits what is done with.
///
/// It goes on polling while functions run, with partitions paused that have enough, and so stays in the group however
/// long they take. A partition that another is to have is first worked to the end of the function that runs.
final class GroupMember implements Member {
    private static final Logger LOG = System.getLogger(GroupMember.class.getName());

    /// More than a function may take: its partitions may have to wait for it in the middle of a poll.
    private static final Duration LONGEST_POLL = Duration.ofMinutes(16);

    /// How long a hand-over waits for a function.
    private static final Duration LONGEST_RUN = LONGEST_POLL.minusMinutes(1);

    /// After how long without a sign a killed member's partitions are another's.
    private static final Duration SESSION = Duration.ofSeconds(10);

    /// After how long an added partition is seen at the latest.
    private static final Duration METADATA = Duration.ofSeconds(5);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /// What one answer of a broker may hold, but for a single record that is larger.
    private static final int FETCH_BYTES = 8 << 20;

    private static final Duration COMMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final MappingWork work;
    private final KafkaAccess access;
    private final int index;
    private final IntConsumer onPartitions;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean abandoned;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> reader;

    /// Of the thread, as is all that follows.
    private final Map<TopicPartition, PartitionQueue> queues = new HashMap<>();

    private final Map<TopicPartition, BatchRun> runs = new HashMap<>();
    private final Pause pause = new Pause();
    private final HeldMemory memory;

    /// Whether there is no memory for more.
    private boolean hurries;

    private final Connections connections;

    /// @param index of the member
    /// @param onPartitions told how many partitions the topic has, each time that the member joins
    GroupMember(MappingWork work, KafkaAccess access, int index, IntConsumer onPartitions) {
        this.work = work;
        this.access = access;
        this.index = index;
        this.onPartitions = onPartitions;
        this.memory = new HeldMemory(work.services().invoker());
        this.connections = new Connections(work.status());
        // Not a virtual one: the client waits in ways that keep a carrier.
        this.thread =
                Thread.ofPlatform().daemon().name("poller of " + work.mapping()).unstarted(this::run);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed.countDown();
        wakeUp();
    }

    @Override
    public void abandon() {
        abandoned = true;
        close();
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        if (thread.getState() != Thread.State.NEW) {
            thread.join();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void wakeUp() {
        var current = reader;
        if (current != null) {
            current.wakeup();
        }
    }

    private void run() {
        try {
            while (!isClosed()) {
                try {
                    join();
                } catch (SourceException e) {
                    sourceFails(String.valueOf(e.getMessage()));
                } catch (WakeupException e) {
                    LOG.log(Level.DEBUG, "The poller of {0} was woken up", work.mapping());
                } catch (KafkaException e) {
                    LOG.log(Level.DEBUG, "The poller of {0} met {1}", work.mapping(), e.getClass());
                    sourceFails(Problems.words(e));
                } catch (RuntimeException | Error e) {
                    work.services().meter().defect();
                    LOG.log(Level.ERROR, "The poller of " + work.mapping() + " met a defect, and goes on", e);
                }
                var _ = closed.await(pause.next().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The poller of " + work.mapping() + " ends", e);
        }
    }

    /// A member that is to end has nothing to say: the next poller of the mapping may be at work.
    private void sourceFails(String why) {
        if (!isClosed()) {
            work.status().sourceFails(why);
        }
    }

    /// Joins the group, and works as its member until it is closed or cannot go on.
    private void join() throws SourceException, InterruptedException {
        var settings = settings();
        var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            reader = consumer;
            if (isClosed()) {
                return;
            }
            onPartitions.accept(StartingOffsets.commit(consumer, work.rules()));
            work.status().sourceAnswers();
            consumer.subscribe(List.of(work.rules().topic()), new HandOver(consumer));
            while (!isClosed()) {
                turn(consumer);
            }
            leave(consumer);
        } finally {
            reader = null;
            try {
                consumer.close(CloseOptions.timeout(CLOSE));
            } catch (KafkaException e) {
                LOG.log(Level.DEBUG, "The poller of {0} left with {1}", work.mapping(), e.getClass());
            } finally {
                // The next one to read these partitions may be this member.
                end(List.copyOf(queues.keySet()));
            }
        }
    }

    private Map<String, Object> settings() throws SourceException {
        var settings = access.settings();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, work.rules().group());
        settings.put(
                ConsumerConfig.CLIENT_ID_CONFIG, "hearth-" + work.mapping().id().uuid() + "-" + index);
        // The same after a restart, which gets the partitions at once.
        settings.put(
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                "hearth-" + work.mapping().id().uuid() + "-" + index);
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) METADATA.toMillis());
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) LONGEST_POLL.toMillis());
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) SESSION.toMillis() / 4);
        return settings;
    }

    private void turn(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            var records = consumer.poll(untilDue(System.nanoTime()));
            take(records);
            for (var entry : queues.entrySet()) {
                var position = consumer.position(entry.getKey(), Duration.ZERO);
                entry.getValue().readUpTo(position);
                pause.reset();
            }
        } catch (WakeupException e) {
            LOG.log(Level.TRACE, "A batch has ended, or the poller is to");
        } catch (TimeoutException e) {
            LOG.log(Level.TRACE, "It is not known yet where a partition is read from");
        }
        takeEnded();
        commit(consumer);
        if (!isClosed()) {
            hurries = !memory.hasRoom();
            queues.values().forEach(queue -> queue.hurry(hurries));
            startRuns();
            holdBack(consumer);
            connections.look(consumer.metrics());
        }
    }

    /// Until when there is nothing to do but to read.
    private Duration untilDue(long now) {
        long wait = hurries ? HeldMemory.LOOK.toNanos() : LONGEST_WAIT.toNanos();
        for (var queue : queues.values()) {
            wait = Math.min(wait, queue.due(now).orElse(wait));
        }
        return Duration.ofNanos(wait);
    }

    private void take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
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

    private void takeEnded() {
        runs.entrySet().removeIf(entry -> {
            boolean ended = entry.getValue().hasEnded();
            if (ended) {
                var queue = queues.get(entry.getKey());
                if (queue != null && !queue.ended() && !isClosed()) {
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

    private void startRuns() {
        long now = System.nanoTime();
        queues.forEach((partition, queue) -> queue.next(now).ifPresent(batch -> {
            var run = new BatchRun(work, partition.toString(), batch);
            runs.put(partition, run);
            run.start(this::wakeUp);
        }));
    }

    /// Reads on only those partitions that have room.
    private void holdBack(KafkaConsumer<byte[], byte[]> consumer) {
        var full = new ArrayList<TopicPartition>();
        var others = new ArrayList<TopicPartition>();
        queues.forEach((partition, queue) -> (queue.isFull() ? full : others).add(partition));
        consumer.pause(full);
        consumer.resume(others);
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        var offsets = toCommit(queues.keySet());
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (_, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, "Offsets of {0} were not kept: {1}", work.mapping(), failure.getClass());
                    offsets.keySet().forEach(this::notCommitted);
                }
            });
        }
    }

    private void notCommitted(TopicPartition partition) {
        var queue = queues.get(partition);
        if (queue != null) {
            queue.setCommitted(-1);
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> toCommit(Collection<TopicPartition> partitions) {
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

    /// Waits until the brokers have the offsets, or it is no use.
    private void commitNow(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        partitions.forEach(this::notCommitted);
        var offsets = toCommit(partitions);
        long until = System.nanoTime() + COMMIT.toNanos();
        while (!offsets.isEmpty() && System.nanoTime() - until < 0) {
            try {
                consumer.commitSync(offsets, COMMIT);
                return;
            } catch (WakeupException e) {
                LOG.log(Level.TRACE, "Woken up in the middle of a commit, which is tried again");
            } catch (KafkaException e) {
                LOG.log(
                        Level.WARNING,
                        "What the function of mapping {0} has done comes again: its offsets were not kept ({1})",
                        work.mapping(),
                        e.getClass().getSimpleName());
                return;
            }
        }
    }

    /// Has what runs come to its end, as a member that polls, and commits what it has done.
    private void leave(KafkaConsumer<byte[], byte[]> consumer) {
        runs.values().forEach(BatchRun::stop);
        while (!runs.isEmpty() && !abandoned) {
            try {
                consumer.pause(consumer.assignment());
                consumer.poll(LONGEST_WAIT);
            } catch (WakeupException e) {
                LOG.log(Level.TRACE, "A batch has ended");
            }
            takeEnded();
        }
        commitNow(consumer, List.copyOf(queues.keySet()));
    }

    /// Waits for what runs on partitions, and has them no more.
    private void end(Collection<TopicPartition> partitions) {
        await(partitions);
        for (var partition : partitions) {
            queues.remove(partition);
            runs.remove(partition);
            work.results().left(partition.toString());
        }
        count();
    }

    private void await(Collection<TopicPartition> partitions) {
        var running =
                partitions.stream().filter(runs::containsKey).map(runs::get).toList();
        running.forEach(BatchRun::stop);
        long until = System.nanoTime() + LONGEST_RUN.toNanos();
        try {
            for (var run : running) {
                while (!abandoned && !run.awaitEnd(Duration.ofMillis(200)) && System.nanoTime() - until < 0) {
                    LOG.log(Level.TRACE, "A partition is handed over once its function has ended");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Partitions that come and go.
    private final class HandOver implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;

        HandOver(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (var partition : partitions) {
                queues.put(
                        partition,
                        new PartitionQueue(work.rules(), work.events().sizeOfFrame(partition.toString())));
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            await(partitions);
            commitNow(consumer, partitions);
            end(partitions);
        }

        /// They may be another's by now, who has no use for what is committed here.
        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            LOG.log(Level.WARNING, "Mapping {0} has lost partitions {1}", work.mapping(), partitions);
            end(partitions);
        }
    }
}
