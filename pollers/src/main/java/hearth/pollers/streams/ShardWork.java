package hearth.pollers.streams;

import hearth.cluster.ShardCheckpoint;
import hearth.cluster.ShardCheckpoint.WindowState;
import hearth.pollers.BatchInvoker;
import hearth.pollers.RetryPause;
import hearth.pollers.streams.Batch.Condition;
import hearth.pollers.streams.Batch.Taken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is done with the records of one shard, from when they are read until they are done with: that the function
/// succeeded on them, a filter did not let them through, or they were given up.
///
/// Records go into lanes by their keys. Each lane works on one batch at a time, in order; until its records are done
/// with, the lane stands. The checkpoint is the last record before which all are done with. Times are milliseconds.
///
/// Not safe for several threads. It decides, and does nothing by itself.
final class ShardWork {
    /// What a window's state may hold.
    static final int LARGEST_STATE = 1 << 20;

    /// Records that are read and not done with, in bytes of events.
    private static final long MOST_BYTES = 2L * BatchInvoker.LARGEST;

    /// How many batches of each lane are read ahead, the one that runs with them.
    private static final int AHEAD = 2;

    /// How long after a window's end by our clock its records may still come, whose times are the service's.
    private static final long GRACE = Duration.ofSeconds(1).toMillis();

    /// What an event has beside records, with room for the names of the shard, the stream and the window.
    private static final int FRAME = 8 << 10;

    private final StreamRules rules;
    private final Predicate<StreamRecord> filter;
    private final String shard;
    private final long since;
    private final List<Lane> lanes = new ArrayList<>();

    /// As they were read: the first is not done with.
    private final Deque<Taken> order = new ArrayDeque<>();

    private long bytes;
    private String after;
    private String lastRead;
    private Optional<WindowState> window;
    private boolean ended;
    private boolean hurries;

    /// When the shard's end was last seen without anything new.
    private long tip = Long.MIN_VALUE;

    /// Records that are worked on one after the other.
    private static final class Lane {
        private final Deque<Entry> queue = new ArrayDeque<>();

        /// The first one is worked on.
        private final Deque<Batch> batches = new ArrayDeque<>();

        private final RetryPause pause = new RetryPause();
        private int bytes;
        private long retry = Long.MIN_VALUE;
    }

    /// @param since when it was read
    private record Entry(Taken taken, long since) {
        int size() {
            return taken.record().size();
        }
    }

    /// @param from where the shard is read on
    ShardWork(StreamRules rules, Predicate<StreamRecord> filter, ShardCheckpoint from) {
        this.rules = rules;
        this.filter = filter;
        this.shard = from.shard();
        this.since = from.since();
        this.after = from.after();
        this.lastRead = from.after();
        this.window = rules.tumbling().isZero() ? Optional.empty() : from.window();
        for (int i = 0; i < rules.lanes(); i++) {
            lanes.add(new Lane());
        }
    }

    /// How many records may be read now.
    int room() {
        return bytes >= MOST_BYTES ? 0 : Math.max(0, AHEAD * rules.batchSize() * rules.lanes() - order.size());
    }

    /// Takes in what was read.
    ///
    /// @param now when the reading began
    /// @param before records of an earlier time are nobody's
    /// @return how many the filters did not let through
    int add(List<StreamRecord> records, long now, long before) {
        int filteredOut = 0;
        for (var record : records) {
            lastRead = record.sequenceNumber();
            if (record.arrival().toEpochMilli() < before) {
                continue;
            }
            var taken = new Taken(record);
            order.add(taken);
            bytes += record.size();
            if (filter.test(record)) {
                var lane = lanes.get(Math.floorMod(record.key().hashCode(), lanes.size()));
                var entry = new Entry(taken, now);
                lane.queue.add(entry);
                lane.bytes += entry.size();
            } else {
                taken.markDone();
                filteredOut++;
            }
        }
        if (records.isEmpty()) {
            tip = now;
        }
        advance();
        return filteredOut;
    }

    /// What the records take that are not done with: themselves, and their places in events.
    long memory() {
        return 2 * bytes;
    }

    /// Whether batches are formed at once of what there is.
    ///
    /// @return whether that is new
    boolean hurry(boolean wanted) {
        boolean before = hurries;
        hurries = wanted;
        return before != wanted;
    }

    /// Nothing more comes.
    void end() {
        ended = true;
    }

    /// The number of the last record that was read; empty when none was.
    String lastRead() {
        return lastRead;
    }

    Step next(int index, long now) {
        var lane = lanes.get(index);
        if (lane.batches.isEmpty()) {
            var formed = form(lane, now);
            if (formed.isEmpty()) {
                return wait(lane);
            }
            lane.batches.push(formed.get());
        }
        setAged(lane, now);
        var batch = lane.batches.element();
        if (batch.given().isPresent()) {
            return new Step.Tell(batch);
        }
        return now < lane.retry ? new Step.Wait(lane.retry) : new Step.Run(batch);
    }

    /// Until when a batch is gathered; a tumbling window is looked at again whenever something was read.
    private Step wait(Lane lane) {
        var first = lane.queue.peek();
        return first == null
                ? Step.Wait.FOR_RECORDS
                : new Step.Wait(first.since() + rules.window().toMillis());
    }

    /// The next batch if it is full, its window is over, or nothing more comes for now.
    private Optional<Batch> form(Lane lane, long now) {
        if (window.isPresent() && isOver(window.get(), lane)) {
            return Optional.of(Batch.lastOf(window.get()));
        }
        var first = lane.queue.peek();
        if (first == null) {
            return Optional.empty();
        }
        if (!rules.tumbling().isZero() && window.isEmpty()) {
            window = Optional.of(new WindowState(windowOf(first.taken().record()), "{}"));
        }
        boolean closes = lane.queue.size() >= rules.batchSize()
                || lane.bytes + FRAME + stateSize() >= BatchInvoker.LARGEST
                || now - first.since() >= rules.window().toMillis()
                || ended
                || hurries
                || room() == 0
                || lane.queue.size() > sameWindow(lane)
                || window.filter(open -> isPast(open, tip)).isPresent();
        return closes ? Optional.of(take(lane)) : Optional.empty();
    }

    private Batch take(Lane lane) {
        var taken = new ArrayList<Taken>();
        int most = Math.min(rules.batchSize(), sameWindow(lane));
        int size = FRAME + stateSize();
        while (taken.size() < most) {
            var next = lane.queue.element();
            if (!taken.isEmpty() && size + next.size() > BatchInvoker.LARGEST) {
                break;
            }
            size += next.size();
            lane.bytes -= next.size();
            taken.add(lane.queue.remove().taken());
        }
        return Batch.of(taken, window);
    }

    private int stateSize() {
        return window.map(open -> open.state().getBytes(StandardCharsets.UTF_8).length)
                .orElse(0);
    }

    /// How many records at the head of the lane are of the window that is open.
    private int sameWindow(Lane lane) {
        if (window.isEmpty()) {
            return lane.queue.size();
        }
        int count = 0;
        for (var entry : lane.queue) {
            if (windowOf(entry.taken().record()) != window.get().start()) {
                break;
            }
            count++;
        }
        return count;
    }

    private long windowOf(StreamRecord record) {
        long length = rules.tumbling().toMillis();
        return Math.floorDiv(record.arrival().toEpochMilli(), length) * length;
    }

    /// Whether the function has run on all records of the window, or said too much of it.
    private boolean isOver(WindowState open, Lane lane) {
        return isTooLarge(open) || (sameWindow(lane) == 0 && (!lane.queue.isEmpty() || ended || isPast(open, tip)));
    }

    static boolean isTooLarge(WindowState open) {
        return open.state().length() > LARGEST_STATE
                || open.state().getBytes(StandardCharsets.UTF_8).length > LARGEST_STATE;
    }

    private boolean isPast(WindowState open, long time) {
        return time >= open.start() + rules.tumbling().toMillis() + GRACE;
    }

    /// Gives up the records of the lane's batch that are too old.
    private void setAged(Lane lane, long now) {
        var batch = lane.batches.element();
        if (rules.age().isEmpty() || batch.given().isPresent() || batch.last()) {
            return;
        }
        long oldest = now - rules.age().get().toMillis();
        var old = new ArrayList<Taken>();
        var rest = new ArrayList<Taken>();
        for (var taken : batch.records()) {
            (taken.record().arrival().toEpochMilli() < oldest ? old : rest).add(taken);
        }
        if (!old.isEmpty()) {
            lane.batches.pop();
            if (!rest.isEmpty()) {
                lane.batches.push(batch.with(rest));
            }
            lane.batches.push(batch.with(old).givenUp(Condition.AGE));
        }
    }

    /// The function has run on the lane's batch, or did not.
    void ran(int index, Ran ran, long now) {
        var lane = lanes.get(index);
        switch (ran) {
            case Ran.NotRun() -> lane.retry = now + lane.pause.afterObstacle().toMillis();
            case Ran.Unfit() -> lane.batches.push(lane.batches.pop().givenUp(Condition.RETRIES));
            case Ran.Passed(var state) -> {
                var batch = lane.batches.pop();
                lane.pause.reset();
                if (batch.last()) {
                    window = Optional.empty();
                } else {
                    setState(state);
                    done(batch.records());
                }
            }
            case Ran.Failed(var from, var state) -> failed(lane, from, state, now);
        }
    }

    private void failed(Lane lane, int from, Optional<String> state, long now) {
        var batch = lane.batches.pop();
        if (from > 0) {
            setState(state);
            done(batch.records().subList(0, from));
            batch = batch.with(batch.records().subList(from, batch.records().size()))
                    .with(window);
        }
        var records = batch.records();
        boolean splits = rules.bisects() && from == 0 && records.size() > 1;
        // What a bisection begins anew is no retry.
        var after = batch.afterRun(!splits && !(rules.bisects() && from > 0));
        if (splits) {
            int middle = records.size() / 2;
            lane.batches.push(after.with(records.subList(middle, records.size())));
            lane.batches.push(after.with(records.subList(0, middle)));
            return;
        }
        if (rules.retries().filter(most -> after.failures() > most).isPresent()) {
            lane.batches.push(after.givenUp(Condition.RETRIES));
            return;
        }
        lane.batches.push(after);
        lane.retry = now + lane.pause.afterFailure().toMillis();
    }

    /// The state is that of the batches that follow, those with it that stand in line.
    private void setState(Optional<String> state) {
        if (window.isPresent() && state.isPresent()) {
            window = Optional.of(new WindowState(window.get().start(), state.get()));
            for (var lane : lanes) {
                var following =
                        lane.batches.stream().map(batch -> batch.with(window)).toList();
                lane.batches.clear();
                lane.batches.addAll(following);
            }
        }
    }

    /// The destination knows of the lane's batch, or there is none.
    void told(int index) {
        var lane = lanes.get(index);
        var batch = lane.batches.pop();
        lane.pause.reset();
        lane.retry = Long.MIN_VALUE;
        if (batch.last()) {
            window = Optional.empty();
        }
        done(batch.records());
    }

    private void done(List<Taken> records) {
        records.forEach(Taken::markDone);
        advance();
    }

    private void advance() {
        for (@Nullable Taken first = order.peek(); first != null && first.isDone(); first = order.peek()) {
            after = first.record().sequenceNumber();
            bytes -= first.record().size();
            order.remove();
        }
    }

    /// Whether the shard has ended and nothing of it is left to do.
    boolean isFinished() {
        return ended && order.isEmpty() && window.isEmpty() && lanes.stream().allMatch(lane -> lane.batches.isEmpty());
    }

    /// Where whoever begins now would have to read on.
    ShardCheckpoint checkpoint() {
        return new ShardCheckpoint(shard, after, since, isFinished(), window);
    }
}
