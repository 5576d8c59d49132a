package hearth.pollers.kafka;

import hearth.pollers.BatchInvoker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What was read of one partition and is not done with: one batch at a time, and what waits behind it, in order. Times
/// are nanoseconds.
///
/// Of the thread of its group member. It decides, and does nothing by itself.
final class PartitionQueue {
    private final KafkaRules rules;
    private final int frame;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int bytes;
    private long memory;
    private long memoryOfBatch;
    private boolean hurries;
    private boolean full;
    private long fullSince;

    /// The batch that is worked on, if one is.
    private @Nullable Batch batch;

    /// The offset that is read next; -1 before it is known.
    private long position = -1;

    private long committed = -1;

    /// @param since when it was read
    private record Waiting(KafkaRecord record, long since) {}

    /// @param frame the bytes of an event without records
    PartitionQueue(KafkaRules rules, int frame) {
        this.rules = rules;
        this.frame = frame;
    }

    void add(KafkaRecord record, long now) {
        waiting.add(new Waiting(record, now));
        bytes += record.size();
        memory += record.memory();
    }

    /// What the records take that are not done with.
    long memory() {
        return memory;
    }

    /// Whether the next batch is what there is, and nothing more is to be read.
    void hurry(boolean wanted) {
        hurries = wanted;
    }

    /// The offset that is read next: what lies before it and is not in here is nobody's.
    void readUpTo(long position) {
        this.position = position;
    }

    /// Whether nothing more is to be read for now: there is the next batch, and so much behind it as is read ahead.
    ///
    /// @param ahead how many bytes of events are
    boolean isFull(long ahead, long now) {
        boolean enough = hurries || (hasBatch() && bytes >= Math.min(ahead, BatchInvoker.LARGEST - frame));
        if (enough && !full) {
            fullSince = now;
        }
        full = enough;
        return enough;
    }

    /// Since when there has been enough, each time that it was asked.
    long fullSince() {
        return fullSince;
    }

    /// Whether the next batch need not wait for more.
    private boolean hasBatch() {
        return hurries || waiting.size() >= rules.batchSize() || frame + bytes >= BatchInvoker.LARGEST;
    }

    /// The next batch, if none is worked on and it is full or its window is over.
    Optional<Batch> next(long now) {
        var due = due(now);
        if (due.isEmpty() || due.getAsLong() > 0) {
            return Optional.empty();
        }
        var records = new ArrayList<KafkaRecord>();
        int size = frame;
        while (records.size() < rules.batchSize() && !waiting.isEmpty()) {
            var record = waiting.element().record();
            if (!records.isEmpty() && size + record.size() > BatchInvoker.LARGEST) {
                break;
            }
            size += record.size();
            bytes -= record.size();
            records.add(record);
            waiting.remove();
        }
        memoryOfBatch = records.stream().mapToLong(KafkaRecord::memory).sum();
        var next = new Batch(rules, records);
        batch = next;
        return Optional.of(next);
    }

    /// After what time the next batch is due; empty when none can be.
    OptionalLong due(long now) {
        var first = waiting.peek();
        if (batch != null || first == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                hasBatch() ? 0 : Math.max(0, first.since() + rules.window().toNanos() - now));
    }

    /// Whether a batch is worked on.
    boolean works() {
        return batch != null;
    }

    /// The batch is not worked on any more.
    ///
    /// @return whether that was all that it needed
    boolean ended() {
        var last = batch;
        if (last != null && last.isDone()) {
            batch = null;
            memory -= memoryOfBatch;
        }
        return batch == null;
    }

    /// The first offset that is not done with: whoever takes the partition over has to read from there. -1 when it is
    /// not known.
    long done() {
        var current = batch;
        // Read once: whoever works on the batch may be done with it in this moment.
        long inWork = current == null ? Batch.DONE : current.first();
        if (inWork != Batch.DONE) {
            return inWork;
        }
        var first = waiting.peek();
        return first == null ? position : first.record().offset();
    }

    /// What is to be committed, if that is new.
    OptionalLong toCommit() {
        long done = done();
        return done >= 0 && done != committed ? OptionalLong.of(done) : OptionalLong.empty();
    }

    /// @param offset -1 when it is not known
    void setCommitted(long offset) {
        committed = offset;
    }

    /// The batch that is worked on, if one is.
    Optional<Batch> batch() {
        return Optional.ofNullable(batch);
    }

    List<KafkaRecord> records() {
        return waiting.stream().map(Waiting::record).toList();
    }
}
