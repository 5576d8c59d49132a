package hearth.events;

import hearth.cluster.EventNews;
import hearth.cluster.EventRecord;
import hearth.cluster.EventRepository;
import hearth.cluster.EventStore;
import hearth.cluster.StoreException;
import hearth.cluster.WorkLease;
import hearth.model.FunctionId;
import hearth.model.worker.Invocation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Asynchronous invocation where several processes share a database: each takes events in, and one at a time works the
/// queue. Whoever has the lease does; the others try to get it, and stand ready.
public final class SharedEventQueue implements AsyncInvocations, Backlog, AutoCloseable {
    private static final Logger LOG = System.getLogger(SharedEventQueue.class.getName());
    private static final Duration RENEWAL = Duration.ofMillis(1500);
    private static final Duration GIVING_BACK = Duration.ofSeconds(3);

    private final EventStore store;
    private final WorkLease lease;
    private final Optional<QueueMaker> maker;
    private final EventMeter meter;
    private final QueueClock clock;
    private final ScheduledExecutorService election = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-lease").daemon().factory());
    private volatile @Nullable EventNews news;
    private volatile @Nullable Working working;

    /// Whether it is to leave the work to others.
    private volatile boolean resting;

    /// Of the election's thread, as is what follows.
    private boolean failing;

    /// The work that comes to its end before another process goes on.
    private @Nullable Working retreating;

    /// @param epoch of the lease by which it works
    private record Working(EventQueue queue, long epoch) {}

    /// Makes the queue of the one who works it.
    private interface QueueMaker extends BiFunction<EventRepository, QueueClock, EventQueue> {}

    private SharedEventQueue(
            EventStore store,
            Optional<QueueMaker> maker,
            EventMeter meter,
            RandomGenerator random,
            LongSupplier nanos) {
        this.store = store;
        this.maker = maker;
        this.meter = meter;
        this.lease = store.lease(random);
        this.clock = QueueClock.begin(store.now(), store.latest(), nanos);
    }

    /// A process that takes events in, and leaves the work to others.
    public static SharedEventQueue accepting(
            EventStore store, EventMeter meter, RandomGenerator random, LongSupplier nanos) {
        return new SharedEventQueue(store, Optional.empty(), meter, random, nanos);
    }

    /// A process that works the queue as well whenever it has the lease.
    ///
    /// @param parts for the work; its store is another view of the same
    public static SharedEventQueue working(
            EventStore store, EventQueue.Setting setting, EventMeter meter, RandomGenerator random) {
        return new SharedEventQueue(
                store,
                Optional.of((fenced, clock) -> new EventQueue(setting, fenced, clock, meter)),
                meter,
                random,
                setting.nanos());
    }

    @Override
    public void accept(FunctionId function, String qualifier, Invocation invocation, Listener listener) {
        var event = EventRecord.accepted(function, qualifier, invocation, clock.now());
        var here = working;
        CompletableFuture<EventRecord> kept;
        try {
            kept = here == null || resting ? store.acceptAndTell(event) : store.accept(event);
        } catch (IllegalStateException closed) {
            listener.refused(closed);
            return;
        }
        var _ = kept.whenComplete((_, failure) -> {
            if (failure == null) {
                if (here != null) {
                    here.queue().arrived(function, event.due());
                }
                meter.received(function);
                listener.accepted();
            } else {
                listener.refused(failure);
            }
        });
    }

    /// Begins to vie for the work on what the store has.
    public void begin() {
        if (maker.isPresent()) {
            news = store.follow(new News());
        }
        var _ = election.scheduleWithFixedDelay(this::attempt, 0, RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void attempt() {
        try {
            if ((resting || maker.isEmpty()) && working == null) {
                // What is taken in here is as old as others believe.
                clock.atLeast(store.now());
                return;
            }
            var state = lease.attempt();
            clock.atLeast(state.now());
            var before = working;
            if (before != null && !(state.held() && state.epoch() == before.epoch())) {
                LOG.log(Level.WARNING, "Another server works the queue of events now: {0}", state.owner());
                working = null;
                // What runs comes to its end, and is run again by the other one.
                Thread.ofVirtual().start(before.queue()::close);
            }
            if (state.held() && working == null && !resting) {
                work(state.epoch());
            }
            if (failing) {
                failing = false;
                LOG.log(Level.INFO, "The lease on the queue of events can be had again");
            }
        } catch (StoreException e) {
            LOG.log(
                    failing ? Level.DEBUG : Level.WARNING,
                    "The lease on the queue of events can be neither taken nor renewed now, and will be later: {0}",
                    e.getMessage());
            failing = true;
        } catch (RuntimeException | Error e) {
            LOG.log(failing ? Level.DEBUG : Level.ERROR, "The lease on the queue of events met a defect", e);
            failing = true;
        }
    }

    private void work(long epoch) {
        var queue = maker.orElseThrow().apply(store.fencedBy(lease), clock);
        queue.begin();
        working = new Working(queue, epoch);
        LOG.log(Level.INFO, "This server works the queue of events now: {0} wait", queue.waiting());
    }

    /// Whether this process works the queue.
    public boolean works() {
        return working != null;
    }

    @Override
    public long waiting() {
        var here = working;
        return here == null ? 0 : here.queue().waiting();
    }

    @Override
    public long undelivered() {
        var here = working;
        return here == null ? 0 : here.queue().undelivered();
    }

    /// Leaves the work to others, or no longer: what is in work comes to its end, and another process goes on. Events
    /// are taken in all the same. Does not block.
    public void rest(boolean wanted) {
        resting = wanted;
        if (wanted) {
            onElection(this::retreat);
        }
    }

    /// Of the election's thread, so that what has just begun rests too.
    private void retreat() {
        var here = working;
        if (resting && here != null && !here.equals(retreating)) {
            retreating = here;
            Thread.ofVirtual().start(() -> {
                here.queue().close();
                onElection(() -> leave(here));
            });
        }
    }

    private void onElection(Runnable task) {
        try {
            election.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "This server stops", e);
        }
    }

    /// Begins nothing more, waits for what is in work, and lets another process go on at once.
    @Override
    public void close() {
        try {
            resting = true;
            var here = working;
            if (here != null) {
                // The lease is renewed meanwhile.
                here.queue().close();
            }
            var given = election.submit(() -> leave(working));
            election.shutdown();
            given.get(GIVING_BACK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "It is closed already", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "The lease on the queue of events ends by itself only: {0}", String.valueOf(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            election.shutdownNow();
            var following = news;
            if (following != null) {
                following.close();
            }
        }
    }

    /// Of the election's thread.
    private void leave(@Nullable Working ended) {
        if (ended != null && ended.equals(working)) {
            working = null;
            lease.giveBack();
        }
    }

    private final class News implements EventNews.Listener {
        @Override
        public void arrived(FunctionId function, long due) {
            var here = working;
            if (here != null) {
                here.queue().arrived(function, due);
            }
        }

        @Override
        public void seen(FunctionId function, long due) {
            var here = working;
            if (here != null) {
                here.queue().seen(function, due);
            }
        }

        @Override
        public void free() {
            onElection(SharedEventQueue.this::attempt);
        }

        @Override
        public boolean works() {
            return SharedEventQueue.this.works();
        }
    }
}
