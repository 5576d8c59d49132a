package hearth.pollers.kafka;

import hearth.pollers.BatchInvoker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;

/// Records of one partition that a member of a share group has taken out, and what becomes of them.
final class SharedBatch {
    private static final Logger LOG = System.getLogger(SharedBatch.class.getName());

    /// How often a broker gives a record out, as it is set by default.
    private static final int DELIVERIES = 5;

    private final MappingWork work;
    private final List<ConsumerRecord<byte[], byte[]>> sources;
    private final Batch batch;
    private final BatchRun run;
    private final long memory;

    /// Records that came together.
    ///
    /// @param all to be acknowledged
    /// @param wanted those among them that the filters let through
    record Part(List<ConsumerRecord<byte[], byte[]>> all, List<KafkaRecord> wanted) {
        private boolean isLast() {
            return all.stream().anyMatch(SharedBatch::isLast);
        }
    }

    SharedBatch(MappingWork work, Part part) {
        this.work = work;
        this.sources = part.all();
        this.memory = part.wanted().stream().mapToLong(KafkaRecord::memory).sum();
        this.batch = new Batch(part.isLast() ? work.rules().ofLastDelivery() : work.rules(), part.wanted());
        this.run = new BatchRun(
                work, sources.getFirst().topic() + "-" + sources.getFirst().partition(), batch);
    }

    private static boolean isLast(ConsumerRecord<byte[], byte[]> record) {
        return record.deliveryCount().orElse((short) 1) >= DELIVERIES;
    }

    /// By partition, and as many as an event holds. Those that the broker gives out for the last time are apart.
    static List<Part> parts(ConsumerRecords<byte[], byte[]> polled, MappingWork work) {
        var open = new LinkedHashMap<String, Part>();
        var sizes = new LinkedHashMap<String, Integer>();
        var parts = new ArrayList<Part>();
        int filteredOut = 0;
        for (var source : polled) {
            var record = KafkaRecord.of(source);
            boolean wanted = work.filter().admits(record);
            filteredOut += wanted ? 0 : 1;
            var place = record.partition() + (isLast(source) ? " for the last time" : "");
            int frame = work.events().sizeOfFrame(record.partition());
            int size = sizes.getOrDefault(place, frame);
            var part = open.get(place);
            if (part == null || (wanted && size > frame && size + record.size() > BatchInvoker.LARGEST)) {
                part = new Part(new ArrayList<>(), new ArrayList<>());
                open.put(place, part);
                parts.add(part);
                size = frame;
            }
            part.all().add(source);
            if (wanted) {
                part.wanted().add(record);
                size += record.size();
            }
            sizes.put(place, size);
        }
        var meter = work.services().meter();
        if (polled.count() > 0) {
            meter.polled(work.mapping().id(), polled.count());
        }
        if (filteredOut > 0) {
            meter.filteredOut(work.mapping().id(), filteredOut);
        }
        return parts;
    }

    /// @param onEnd told once nothing is tried any more
    void start(Runnable onEnd) {
        run.start(onEnd);
    }

    void stop() {
        run.stop();
    }

    boolean hasEnded() {
        return run.hasEnded();
    }

    boolean isDone() {
        return hasEnded() && batch.isDone();
    }

    boolean awaitEnd(Duration time) throws InterruptedException {
        return run.awaitEnd(time);
    }

    long memory() {
        return memory;
    }

    boolean has(ConsumerRecord<byte[], byte[]> record) {
        return sources.stream()
                .anyMatch(source -> source.offset() == record.offset() && source.partition() == record.partition());
    }

    void acknowledge(ShareConsumer<byte[], byte[]> consumer, AcknowledgeType how) {
        acknowledge(consumer, sources, how);
    }

    static void acknowledge(
            ShareConsumer<byte[], byte[]> consumer,
            Iterable<ConsumerRecord<byte[], byte[]>> records,
            AcknowledgeType how) {
        for (var source : records) {
            try {
                consumer.acknowledge(source, how);
            } catch (IllegalStateException e) {
                // Its lock was not renewed in time: it is another's, or comes again.
                LOG.log(Level.DEBUG, "A record of " + source.topic() + " is not this member's any more", e);
            }
        }
    }

    /// Before it is released.
    void warnOfLoss() {
        if (!isDone() && sources.stream().anyMatch(SharedBatch::isLast)) {
            LOG.log(
                    Level.ERROR,
                    "Records of {0} of mapping {1}, from offset {2} on, are lost: the broker gave them out {3} times, and its function did not succeed on them",
                    sources.getFirst().topic(),
                    work.mapping(),
                    String.valueOf(sources.getFirst().offset()),
                    DELIVERIES);
        }
    }
}
