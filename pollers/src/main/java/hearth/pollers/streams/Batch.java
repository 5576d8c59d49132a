package hearth.pollers.streams;

import hearth.cluster.ShardCheckpoint.WindowState;
import java.util.List;
import java.util.Optional;

/// Records that the function runs on at once, in their order.
///
/// @param failures how often it failed on them, as retries are counted
/// @param runs how often it ran on them, alone or with others
/// @param window the tumbling window that they are of, as it was before them
/// @param last whether this is the window's last batch, which has no records
/// @param given why they are given up; empty while they are not
record Batch(
        List<Taken> records,
        int failures,
        int runs,
        Optional<WindowState> window,
        boolean last,
        Optional<Condition> given) {
    /// Why records were given up, as AWS words it.
    enum Condition {
        RETRIES("RetryAttemptsExhausted"),
        AGE("RecordAgeExceeded");

        private final String wireName;

        Condition(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    static Batch of(List<Taken> records, Optional<WindowState> window) {
        return new Batch(List.copyOf(records), 0, 0, window, false, Optional.empty());
    }

    static Batch lastOf(WindowState window) {
        return new Batch(List.of(), 0, 0, Optional.of(window), true, Optional.empty());
    }

    Batch with(List<Taken> some) {
        return new Batch(List.copyOf(some), failures, runs, window, last, given);
    }

    Batch with(Optional<WindowState> changed) {
        return new Batch(records, failures, runs, changed, last, given);
    }

    Batch afterRun(boolean counts) {
        return new Batch(records, counts ? failures + 1 : failures, runs + 1, window, last, given);
    }

    Batch givenUp(Condition why) {
        return new Batch(records, failures, runs, window, last, Optional.of(why));
    }

    List<StreamRecord> contents() {
        return records.stream().map(Taken::record).toList();
    }

    /// A record that was read.
    static final class Taken {
        private final StreamRecord record;
        private boolean done;

        Taken(StreamRecord record) {
            this.record = record;
        }

        StreamRecord record() {
            return record;
        }

        boolean isDone() {
            return done;
        }

        void markDone() {
            done = true;
        }
    }
}
