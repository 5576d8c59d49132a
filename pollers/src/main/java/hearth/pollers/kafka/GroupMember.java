package hearth.pollers.kafka;

import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// A member of a consumer group: reads its partitions, has the function run on each beside the others, and commits what
/// is done with.
///
/// It goes on polling while functions run, with partitions paused that have enough, and so stays in the group however
/// long they take. A partition that another is to have is first worked to the end of the function that runs.
final class GroupMember extends Member {
    private static final Logger LOG = System.getLogger(GroupMember.class.getName());

    /// After how long without a sign a killed member's partitions are another's.
    private static final Duration SESSION = Duration.ofSeconds(10);

    /// After how long an added partition is seen at the latest.
    private static final Duration METADATA = Duration.ofSeconds(5);

    private static final Duration COMMIT = Duration.ofSeconds(10);

    private final IntConsumer onPartitions;

    /// Of the thread.
    private final Partitions partitions;

    private final Connections connections;

    /// @param onPartitions told how many partitions the topic has, each time that the member joins
    GroupMember(MappingWork work, KafkaAccess access, int index, IntConsumer onPartitions) {
        super(work, access, index);
        this.onPartitions = onPartitions;
        this.partitions = new Partitions(work, memory(), this::wakeUp);
        this.connections = new Connections(work.status());
    }

    @Override
    void join() throws SourceException, InterruptedException {
        var consumer = new KafkaConsumer<>(groupSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            readBy(consumer::wakeup);
            if (isClosed()) {
                return;
            }
            onPartitions.accept(StartingOffsets.commit(consumer, work().rules()));
            work().status().sourceAnswers();
            consumer.subscribe(List.of(work().rules().topic()), new HandOver(consumer));
            while (!isClosed()) {
                turn(consumer);
            }
            leave(consumer);
        } finally {
            readNoMore();
            try {
                consumer.close(CloseOptions.timeout(LEAVING));
            } catch (KafkaException e) {
                LOG.log(Level.DEBUG, "The poller of {0} left with {1}", work().mapping(), e.getClass());
            } finally {
                // The next one to read these partitions may be this member.
                end(partitions.all());
            }
        }
    }

    private Map<String, Object> groupSettings() throws SourceException {
        var settings = settings();
        // With the same name after a restart it gets the same partitions at once.
        settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, id());
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // All that has come: what stays with the client keeps it from asking for more of that partition.
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.MAX_VALUE);
        settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) METADATA.toMillis());
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) SESSION.toMillis() / 4);
        return settings;
    }

    private void turn(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            partitions.take(consumer.poll(partitions.untilDue(System.nanoTime())));
            for (var partition : partitions.all()) {
                partitions.readUpTo(partition, consumer.position(partition, Duration.ZERO));
                pause().reset();
            }
        } catch (WakeupException e) {
            LOG.log(Level.TRACE, "A batch has ended, or the poller is to");
        } catch (TimeoutException e) {
            LOG.log(Level.TRACE, "It is not known yet where a partition is read from");
        }
        partitions.takeEnded(isClosed());
        commit(consumer);
        if (!isClosed()) {
            partitions.startRuns();
            var readiness = partitions
                    .readAhead()
                    .readiness(
                            System.nanoTime(), each -> consumer.currentLag(each).orElse(1) > 0);
            consumer.pause(readiness.paused());
            consumer.resume(readiness.others());
            connections.look(consumer.metrics());
        }
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        var offsets = partitions.toCommit(partitions.all());
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (_, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, "Offsets of {0} were not kept: {1}", work().mapping(), failure.getClass());
                    partitions.notCommitted(offsets.keySet());
                }
            });
        }
    }

    /// Waits until the brokers have the offsets, or it is no use.
    private void commitNow(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> which) {
        partitions.notCommitted(which);
        var offsets = partitions.toCommit(which);
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
                        work().mapping(),
                        e.getClass().getSimpleName());
                return;
            }
        }
    }

    /// Has what runs come to its end, as a member that polls, and commits what it has done.
    private void leave(KafkaConsumer<byte[], byte[]> consumer) {
        partitions.stopRuns();
        while (partitions.runs() && !isAbandoned()) {
            try {
                consumer.pause(consumer.assignment());
                consumer.poll(LONGEST_WAIT);
            } catch (WakeupException e) {
                LOG.log(Level.TRACE, "A batch has ended");
            }
            partitions.takeEnded(true);
        }
        commitNow(consumer, partitions.all());
    }

    /// Waits for what runs on partitions, and has them no more.
    private void end(Collection<TopicPartition> which) {
        partitions.await(which, this::isAbandoned);
        partitions.remove(which);
    }

    /// Partitions that come and go.
    private final class HandOver implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;

        HandOver(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            partitions.assign(assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            partitions.await(revoked, GroupMember.this::isAbandoned);
            commitNow(consumer, revoked);
            end(revoked);
        }

        /// They may be another's by now, who has no use for what is committed here.
        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            LOG.log(Level.WARNING, "Mapping {0} has lost partitions {1}", work().mapping(), lost);
            end(lost);
        }
    }
}
