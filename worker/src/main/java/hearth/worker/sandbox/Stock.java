package hearth.worker.sandbox;

import hearth.model.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A stock of one part of a sandbox, of which making one is mostly waiting for the kernel. A thread of its own makes
/// as many ahead as demand asks for, and removes those that are too many. None is handed out twice.
final class Stock<T> implements AutoCloseable {
    private static final Logger log = System.getLogger(Stock.class.getName());

    /// As long as a start takes.
    static final Duration QUIET = Duration.ofMillis(20);

    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();
    private static final long PAUSE_AFTER_FAILURE = Duration.ofSeconds(30).toNanos();

    /// How parts are made and removed. Both may block.
    interface Maker<T> {
        T make() throws SandboxException;

        /// Removes what nobody took.
        void discard(List<T> unused);
    }

    private final String name;
    private final Maker<T> maker;
    private final long quiet;
    private final Demand demand; // guarded by this
    private final ArrayDeque<T> ready = new ArrayDeque<>(); // guarded by this
    private long makeAfter; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Thread thread; // guarded by this

    /// @param name of the thread, which begins with the first that is taken
    /// @param quiet how long nobody took one before the next is made: those who take them have the processors
    ///     and the kernel's locks first
    Stock(String name, Demand demand, Duration quiet, Maker<T> maker) {
        this.name = name;
        this.demand = demand;
        this.quiet = quiet.toNanos();
        this.maker = maker;
        this.makeAfter = System.nanoTime();
    }

    /// One that is ready. Does not block.
    synchronized Optional<T> poll() {
        var now = System.nanoTime();
        demand.taken(now);
        makeAfter = Math.max(makeAfter, now + quiet);
        goOn();
        return Optional.ofNullable(ready.pollFirst());
    }

    /// Makes the first ones before any is taken, but not at once.
    synchronized void begin(Duration pause) {
        demand.begin();
        makeAfter = System.nanoTime() + pause.toNanos();
        goOn();
    }

    private synchronized void goOn() {
        if (thread == null && !closed) {
            thread = Thread.ofPlatform().daemon().name(name).start(this::work);
        }
        notifyAll();
    }

    /// One that is ready, or one that is made now.
    T take() throws SandboxException {
        var first = poll();
        return first.isPresent() ? first.get() : maker.make();
    }

    /// Whether as many are ready as are wanted.
    synchronized boolean isFull() {
        return ready.size() == demand.target(System.nanoTime());
    }

    /// What the thread is to do next.
    private sealed interface Job<T> {
        record Make<T>() implements Job<T> {}

        record Discard<T>(T surplus) implements Job<T> {}

        record Stop<T>() implements Job<T> {}
    }

    private void work() {
        try {
            while (true) {
                switch (nextJob()) {
                    case Job.Make<T> _ -> make();
                    case Job.Discard<T>(var surplus) -> discard(List.of(surplus));
                    case Job.Stop<T> _ -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            log.log(Level.DEBUG, "{0} was interrupted", name);
        }
    }

    private synchronized Job<T> nextJob() throws InterruptedException {
        while (!closed) {
            var now = System.nanoTime();
            int target = demand.target(now);
            if (ready.size() > target) {
                return new Job.Discard<>(ready.removeLast());
            }
            var lacks = ready.size() < target;
            if (lacks && now - makeAfter >= 0) {
                return new Job.Make<>();
            }
            if (!lacks && demand.isSteady(now)) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, lacks ? makeAfter - now : LOOK_AGAIN);
            }
        }
        return new Job.Stop<>();
    }

    private void make() {
        try {
            var made = maker.make();
            if (!keep(made)) {
                discard(List.of(made));
            }
        } catch (SandboxException | RuntimeException | Error e) {
            // The next in need makes its own, and says what is wrong.
            log.log(Level.WARNING, "{0}: none can be made ahead: {1}", name, e.getMessage());
            synchronized (this) {
                makeAfter = System.nanoTime() + PAUSE_AFTER_FAILURE;
            }
        }
    }

    private synchronized boolean keep(T made) {
        if (!closed) {
            ready.addLast(made);
        }
        return !closed;
    }

    private void discard(List<T> unused) {
        try {
            maker.discard(unused);
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, name + ": what nobody took cannot be removed", e);
        }
    }

    /// Removes those that nobody took. Whoever asks from now on gets none.
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            ending = thread;
            notifyAll();
        }
        if (ending != null) {
            Threads.awaitEnd(ending);
        }
        List<T> left;
        synchronized (this) {
            left = List.copyOf(ready);
            ready.clear();
        }
        discard(left);
    }
}
