package hearth.events;

import hearth.cluster.LeaseLostException;
import hearth.cluster.QueueLength;
import hearth.model.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Queues that the store keeps, worked through in turns, so that none delays another: however long one is, however
/// slow or faulty the work on it.
///
/// One thread decides all; what others tell it waits in its mailbox. Only what is in work is in memory.
final class FairQueues<K, T> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FairQueues.class.getName());

    /// How many items of a queue are taken before the next queue has its turn.
    private static final int TURN = 16;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /// How long a queue is left alone at most of which even single items are held up.
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Work<K, T> work;
    private final QueueClock clock;
    private final int mostAtOnce;
    private final Duration drain;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final Untold<K> untold = new Untold<>();
    private final AtomicLong kept = new AtomicLong();
    private final Thread thread;

    /// All that follow are the thread's own.
    private final Map<K, Queue> queues = new HashMap<>();

    /// Those in which something is to be looked for, first whose turn is first.
    private final TreeSet<Queue> turns = new TreeSet<>(
            Comparator.<Queue>comparingLong(queue -> queue.turn).thenComparingLong(queue -> queue.number));

    private long numbers;
    private int running;
    private long endBy = Long.MAX_VALUE;

    /// @param name of the thread
    /// @param kept every queue that has items
    /// @param mostAtOnce how many items of one queue may be in work at once
    /// @param drain how long `close` waits for what is in work
    FairQueues(
            String name,
            Work<K, T> work,
            Iterable<QueueLength<K>> kept,
            QueueClock clock,
            int mostAtOnce,
            Duration drain) {
        this.work = work;
        this.clock = clock;
        this.mostAtOnce = mostAtOnce;
        this.drain = drain;
        for (var length : kept) {
            found(length);
        }
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    /// Begins to work on what there is.
    void begin() {
        thread.start();
    }

    private void found(QueueLength<K> length) {
        var queue = queue(length.key());
        queue.count = length.count();
        kept.addAndGet(length.count());
        turn(queue, length.due());
    }

    /// The store has one more in this queue. On any thread; does not block.
    void arrived(K key, long due) {
        kept.incrementAndGet();
        // A commit brings many, one right after the other: the first of them wakes the thread.
        if (untold.add(key, due)) {
            mailbox.add(this::takeUntold);
        }
    }

    /// The store has something in this queue, of which the first is due then, and which may be in work. On any thread;
    /// does not block.
    void seen(K key, long due) {
        mailbox.add(() -> {
            var queue = queue(key);
            if (queue.count <= queue.running.size()) {
                // If it is of those in work, the next look finds nothing and counts right again.
                long more = queue.running.size() + 1 - queue.count;
                queue.count += more;
                kept.addAndGet(more);
            }
            if (queue.isFull()) {
                queue.hungry = true;
            } else {
                turnBy(queue, due);
            }
        });
    }

    private void takeUntold() {
        untold.take().forEach((key, arrived) -> {
            var queue = queue(key);
            queue.count += arrived.count();
            if (queue.isFull()) {
                queue.hungry = true;
            } else {
                turnBy(queue, arrived.due());
            }
        });
    }

    /// All items, in work or not.
    long kept() {
        return kept.get();
    }

    private void run() {
        while (true) {
            try {
                awaitMail();
                if (endBy == Long.MAX_VALUE) {
                    takeTurns();
                } else if (running == 0 || System.nanoTime() - endBy >= 0) {
                    return;
                }
            } catch (InterruptedException e) {
                // Nobody else knows this thread: it is this class that ends it, and by the mailbox.
                LOG.log(Level.DEBUG, "interrupted", e);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "Queues met a defect", e);
            }
        }
    }

    private void awaitMail() throws InterruptedException {
        var mail = endBy != Long.MAX_VALUE
                ? mailbox.poll(Math.max(0, endBy - System.nanoTime()), TimeUnit.NANOSECONDS)
                : turns.isEmpty()
                        ? mailbox.take()
                        : mailbox.poll(turns.first().turn - clock.now(), TimeUnit.MILLISECONDS);
        takeMail(mail);
    }

    private void takeMail(@Nullable Runnable first) {
        for (var mail = first; mail != null; mail = mailbox.poll()) {
            guarded(mail);
        }
    }

    /// Does once, on the caller's thread, what the queues' own does again and again.
    ///
    /// @return when there is more to do, by the queues' clock; `Long.MAX_VALUE` before more is told
    long step() {
        takeMail(mailbox.poll());
        takeTurns();
        if (!mailbox.isEmpty()) {
            return clock.now();
        }
        return turns.isEmpty() ? Long.MAX_VALUE : turns.first().turn;
    }

    private static void guarded(Runnable mail) {
        try {
            mail.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Queues met a defect", e);
        }
    }

    /// One turn for each queue that is to have one, and then the mail again.
    private void takeTurns() {
        long now = clock.now();
        for (int left = turns.size(); left > 0 && !turns.isEmpty() && turns.first().turn <= now; left--) {
            var queue = turns.first();
            take(queue, now);
        }
    }

    private void take(Queue queue, long now) {
        if (now < queue.notBefore) {
            turn(queue, queue.notBefore);
            return;
        }
        if (queue.isFull()) {
            queue.hungry = true;
            turn(queue, Long.MAX_VALUE);
            return;
        }
        int most = Math.min(TURN, queue.window.size() - queue.running.size());
        try {
            var items = work.due(queue.key, now, Set.copyOf(queue.running), most);
            for (var item : items) {
                begin(queue, item);
            }
            if (items.isEmpty()) {
                nothingDue(queue, now);
            } else if (queue.isFull()) {
                queue.hungry = true;
                turn(queue, Long.MAX_VALUE);
            } else {
                // There may be more, as large ones come a few at a time. Behind all others that have their turn now.
                turn(queue, now);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(
                    LeaseLostException.isBehind(e) ? Level.DEBUG : Level.ERROR,
                    "A turn of " + queue.key + " failed",
                    e);
            turn(queue, now + PAUSE.toMillis());
        }
        forgetIfEmpty(queue);
    }

    private void nothingDue(Queue queue, long now) {
        var next = work.nextDue(queue.key, now);
        turn(queue, next.orElse(Long.MAX_VALUE));
        if (next.isEmpty() && queue.running.isEmpty()) {
            // An item whose end was told before its arrival has been counted wrong.
            kept.addAndGet(-queue.count);
            queue.count = 0;
        }
    }

    private void begin(Queue queue, T item) {
        var id = work.id(item);
        if (!queue.running.add(id)) {
            return;
        }
        running++;
        try {
            work.begin(item, ended -> mailbox.add(() -> ended(queue, id, ended)));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Work on " + queue.key + " could not begin", e);
            var end = Ended.untouched(clock.now() + PAUSE.toMillis(), Ended.Pace.HELD_UP);
            mailbox.add(() -> ended(queue, id, end));
        }
    }

    private void ended(Queue queue, long id, Ended end) {
        int inWork = queue.running.size();
        if (!queue.running.remove(id)) {
            return;
        }
        running--;
        queue.window.ended(end.pace(), inWork);
        if (end.outcome() == Ended.Outcome.GONE) {
            queue.count--;
            kept.decrementAndGet();
        } else {
            if (end.outcome() == Ended.Outcome.UNTOUCHED) {
                queue.notBefore = Math.max(queue.notBefore, end.due());
            } else if (end.pace() == Ended.Pace.HELD_UP && queue.window.size() == 1) {
                // The next would fare no better: whoever is away is asked once for all.
                queue.notBefore =
                        Math.max(queue.notBefore, Math.min(end.due(), clock.now() + LONGEST_PAUSE.toMillis()));
            }
            turnBy(queue, end.due());
        }
        // A few at once are cheaper to look for than one.
        if (queue.hungry && (queue.running.size() <= queue.window.size() * 3 / 4)) {
            queue.hungry = false;
            turnBy(queue, clock.now());
        }
        forgetIfEmpty(queue);
    }

    /// Has the queue looked into at a time. Of those with the same time the one that waits longest is first.
    private void turn(Queue queue, long at) {
        turns.remove(queue);
        queue.turn = at;
        queue.number = numbers++;
        if (at != Long.MAX_VALUE) {
            turns.add(queue);
        }
    }

    private void turnBy(Queue queue, long at) {
        long earliest = Math.max(at, queue.notBefore);
        if (earliest < queue.turn) {
            turn(queue, earliest);
        }
    }

    private Queue queue(K key) {
        return queues.computeIfAbsent(key, Queue::new);
    }

    private void forgetIfEmpty(Queue queue) {
        if (queue.count <= 0 && queue.running.isEmpty()) {
            kept.addAndGet(-queue.count);
            turns.remove(queue);
            queues.remove(queue.key);
        }
    }

    /// Begins nothing more. On any thread; does not block.
    void stop() {
        mailbox.add(() -> endBy = Math.min(endBy, System.nanoTime() + drain.toNanos()));
    }

    /// Begins nothing more, and waits for what is in work. Safe to repeat.
    @Override
    public void close() {
        stop();
        Threads.awaitEnd(thread);
    }

    /// What is known of one queue beside what the store keeps.
    private final class Queue {
        private final K key;
        private final Set<Long> running = new HashSet<>();
        private final Window window = new Window(mostAtOnce);
        private long count;

        /// When it is to be looked into; at no time, if that is `Long.MAX_VALUE`.
        private long turn = Long.MAX_VALUE;

        private long number;

        /// Before which nothing of it is begun.
        private long notBefore;

        /// Whether there are more that are due than may be in work.
        private boolean hungry;

        Queue(K key) {
            this.key = key;
        }

        private boolean isFull() {
            return running.size() >= window.size();
        }
    }
}
