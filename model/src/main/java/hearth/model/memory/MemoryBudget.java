package hearth.model.memory;

import hearth.model.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The memory that the bytes of callers and functions may take in this process, in the heap and outside it
/// together.
///
/// Each holder takes what it needs and gives it back. The emptier the budget, the smaller the holders that still
/// get something: an eighth of it is kept from the large ones, and half of that for the smallest, so that whoever
/// sends large bodies slowly keeps nobody from small ones.
///
/// Nobody waits while others need what it holds, or all would wait for ever. So a request whose length is known
/// takes all that it needs before its body is read. One that grows and finds no room is refused. A function's
/// answer may wait: it takes from the whole budget, of which requests have a share only, and goes before all
/// requests that wait.
///
/// Taking and giving back are a few atomic operations; a lock is taken only while somebody waits.
public final class MemoryBudget {
    /// The most that a small holder holds.
    public static final int SMALL = 64 << 10;

    /// The most that one of the smallest holds: usual events and answers.
    public static final int SMALLEST = 8 << 10;

    private final long total;
    private final AtomicLong left;
    private final @Nullable MemoryBudget whole;
    private final Line line;
    private final LongAdder refused = new LongAdder();

    public MemoryBudget(Bytes total) {
        this(total.count(), null);
    }

    private MemoryBudget(long total, @Nullable MemoryBudget whole) {
        this.total = total;
        this.left = new AtomicLong(total);
        this.whole = whole;
        this.line = whole == null ? new Line() : whole.line;
    }

    /// A budget that never runs out, for parts that are used alone.
    public static MemoryBudget unlimited() {
        return new MemoryBudget(new Bytes(Long.MAX_VALUE / 4));
    }

    /// A part of this budget that some of its users may not exceed. What they take is taken of the whole as well.
    public MemoryBudget share(Bytes most) {
        return new MemoryBudget(Math.min(most.count(), total), this);
    }

    /// Takes memory for a holder that has some already; false when there is too little.
    public boolean take(long bytes, long held) {
        return !(isLarge(bytes, held) && line.isAhead(this)) && takeNow(bytes, held);
    }

    /// Counts a request, or whatever else it was, that was given up because there was no room.
    public void refused() {
        for (var budget = this; budget != null; budget = budget.whole) {
            budget.refused.increment();
        }
    }

    /// Takes memory now, or when it is there: then `granted` is called, once, by the thread that gave memory
    /// back, so it must not block.
    ///
    /// @return empty when it was taken at once
    public Optional<Waiting> takeOrWait(long bytes, long held, Runnable granted) {
        if (take(bytes, held)) {
            return Optional.empty();
        }
        return line.enter(new Waiter(this, bytes, held, granted));
    }

    /// Takes memory that is in use already, be there enough or not.
    public void hold(long bytes) {
        left.addAndGet(-bytes);
        if (whole != null) {
            whole.hold(bytes);
        }
    }

    public void giveBack(long bytes) {
        if (bytes == 0) {
            return;
        }
        for (var budget = this; budget != null; budget = budget.whole) {
            budget.left.addAndGet(bytes);
        }
        line.serve();
    }

    /// Whether more is held than there may be: nothing that needs more of it is to begin.
    public boolean isOverdrawn() {
        return left.get() < 0 || (whole != null && whole.isOverdrawn());
    }

    /// Whether a large holder could get so much now, if it held nothing yet.
    public boolean hasRoomFor(long bytes) {
        return left.get() - bytes >= total / 8 && (whole == null || whole.hasRoomFor(bytes));
    }

    /// The most that one holder can ever have.
    public Bytes largest() {
        long here = total - total / 8;
        return new Bytes(whole == null ? here : Math.min(here, whole.largest().count()));
    }

    public Bytes total() {
        return new Bytes(total);
    }

    /// Less than nothing when it is overdrawn.
    public long left() {
        return left.get();
    }

    /// How often somebody was refused.
    public long refusals() {
        return refused.sum();
    }

    /// How often somebody had to wait for memory, of the whole budget.
    public long waits() {
        return line.waits.sum();
    }

    /// Who waits for memory now, of the whole budget.
    public int waiting() {
        return line.length.get();
    }

    private static boolean isLarge(long bytes, long held) {
        return bytes + held > SMALL;
    }

    private boolean takeNow(long bytes, long held) {
        if (whole != null && !whole.takeNow(bytes, held)) {
            return false;
        }
        long kept = kept(bytes + held);
        long now;
        do {
            now = left.get();
            if (now - bytes < kept) {
                undo(whole, bytes);
                return false;
            }
        } while (!left.compareAndSet(now, now - bytes));
        return true;
    }

    /// Somebody may have begun to wait because of what was taken for a moment.
    private void undo(@Nullable MemoryBudget first, long bytes) {
        for (var budget = first; budget != null; budget = budget.whole) {
            budget.left.addAndGet(bytes);
        }
        if (!Thread.holdsLock(line)) {
            line.serve();
        }
    }

    /// What must be left for smaller holders.
    private long kept(long holds) {
        if (holds > SMALL) {
            return total / 8;
        }
        return holds > SMALLEST ? total / 16 : 0;
    }

    /// A place in the line of those who wait for memory.
    public interface Waiting {
        /// Leaves the line.
        ///
        /// @return false when the memory was granted already, and is to be given back
        boolean cancel();
    }

    private record Waiter(MemoryBudget from, long bytes, long held, Runnable granted) implements Waiting {
        boolean isLarge() {
            return MemoryBudget.isLarge(bytes, held);
        }

        @Override
        public boolean cancel() {
            boolean left = from.line.leave(this);
            if (left) {
                // It may have stood in the way of others.
                from.line.serve();
            }
            return left;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /// Those who wait for memory of one budget and its shares. Of the large ones nobody overtakes another, but
    /// that those of the whole go before those of a share; a small one goes as soon as there is room for it.
    private static final class Line {
        private final LongAdder waits = new LongAdder();
        /// How many wait or are about to: raised before the last try to take, so that no giving back is missed.
        private final AtomicInteger length = new AtomicInteger();

        private final AtomicInteger largeOfWhole = new AtomicInteger();
        private final AtomicInteger largeOfShares = new AtomicInteger();
        // Guarded by this.
        private final ArrayDeque<Waiter> ofWhole = new ArrayDeque<>();
        private final ArrayDeque<Waiter> ofShares = new ArrayDeque<>();

        /// Whether large ones wait whom a large newcomer must not overtake.
        boolean isAhead(MemoryBudget newcomer) {
            return largeOfWhole.get() > 0 || (newcomer.whole != null && largeOfShares.get() > 0);
        }

        synchronized Optional<Waiting> enter(Waiter waiter) {
            length.incrementAndGet();
            if (!(waiter.isLarge() && isAhead(waiter.from)) && waiter.from.takeNow(waiter.bytes, waiter.held)) {
                length.decrementAndGet();
                return Optional.empty();
            }
            waits.increment();
            (waiter.from.whole == null ? ofWhole : ofShares).add(waiter);
            count(waiter, 1);
            return Optional.of(waiter);
        }

        synchronized boolean leave(Waiter waiter) {
            if (!ofWhole.remove(waiter) && !ofShares.remove(waiter)) {
                return false;
            }
            length.decrementAndGet();
            count(waiter, -1);
            return true;
        }

        private void count(Waiter waiter, int change) {
            if (waiter.isLarge()) {
                (waiter.from.whole == null ? largeOfWhole : largeOfShares).addAndGet(change);
            }
        }

        void serve() {
            if (length.get() > 0) {
                grantable().forEach(waiter -> waiter.granted.run());
            }
        }

        private synchronized List<Waiter> grantable() {
            var granted = new ArrayList<Waiter>();
            boolean full = grant(ofWhole, false, granted);
            grant(ofShares, full, granted);
            return granted;
        }

        /// @param full whether large ones must wait in any case
        /// @return whether a large one found no room in the whole budget
        private boolean grant(ArrayDeque<Waiter> queue, boolean full, List<Waiter> granted) {
            boolean wholeIsFull = full;
            var fullShares = new HashSet<MemoryBudget>();
            for (var each = queue.iterator(); each.hasNext(); ) {
                var waiter = each.next();
                boolean mayGo = !waiter.isLarge() || !(wholeIsFull || fullShares.contains(waiter.from));
                if (mayGo && waiter.from.takeNow(waiter.bytes, waiter.held)) {
                    each.remove();
                    length.decrementAndGet();
                    count(waiter, -1);
                    granted.add(waiter);
                } else if (mayGo && waiter.isLarge()) {
                    fullShares.add(waiter.from);
                    wholeIsFull |= waiter.from.whole == null || !waiter.from.whole.fits(waiter);
                }
            }
            return wholeIsFull;
        }
    }

    private boolean fits(Waiter waiter) {
        return left.get() - waiter.bytes >= kept(waiter.bytes + waiter.held) && (whole == null || whole.fits(waiter));
    }
}
