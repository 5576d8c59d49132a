package hearth.events;

import hearth.cluster.EventRecord;
import hearth.cluster.EventRepository;
import hearth.cluster.QueueLength;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.FunctionResolver;
import hearth.model.FunctionId;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Asynchronous invocation: keeps events on the disk, runs functions on them as a client of the Frontend, tries again
/// as AWS does, and tells destinations and dead letter queues.
public final class EventQueue implements AsyncInvocations, Backlog, AutoCloseable {
    private final EventRepository store;
    private final QueueClock clock;
    private final EventMeter meter;
    private final FairQueues<String, ?> deliveries;
    private final FairQueues<FunctionId, ?> events;

    /// The parts that events go through.
    ///
    /// @param isStopped whether a function's reserved concurrency is 0; may block
    /// @param sender of what others are to hear
    /// @param background runs what may block
    /// @param alarm has writes that failed begun again
    public record Parts(
            EventRepository store,
            FunctionResolver functions,
            Dispatch dispatch,
            Predicate<FunctionId> isStopped,
            DestinationSender sender,
            MemoryBudget memory,
            Executor background,
            Alarm alarm) {}

    /// What the queue is made of beside its store.
    ///
    /// @param parts whose store need not be the queue's
    /// @param requestIds for events that are passed on to functions
    /// @param wall the clock of records
    /// @param nanos a clock that nobody sets
    public record Setting(
            EventsConfig config, Parts parts, Supplier<String> requestIds, InstantSource wall, LongSupplier nanos) {}

    /// The queue of a process that has its store for itself.
    public EventQueue(Setting setting, EventMeter meter) {
        this(setting, setting.parts().store(), QueueClock.begin(setting.wall().millis(), 0, setting.nanos()), meter);
    }

    /// @param store whose events it works on
    /// @param clock of all processes that share the store
    EventQueue(Setting setting, EventRepository store, QueueClock clock, EventMeter meter) {
        this.store = store;
        this.clock = clock;
        this.meter = meter;
        var config = setting.config();
        var parts = setting.parts();
        var functions = store.queues();
        var targets = store.targets();
        var policy = new RetryPolicy(config.retryBase());
        clock.atLeast(latest(policy, functions, targets));
        this.deliveries = new FairQueues<>(
                "deliveries",
                new DeliveryWork(
                        store,
                        parts.sender(),
                        parts.memory(),
                        clock,
                        config.deliveryAge(),
                        parts.background(),
                        parts.alarm(),
                        meter),
                targets,
                clock,
                config.deliveriesAtOnce(),
                config.drain());
        this.events = events(config, policy, functions, parts, setting.requestIds(), setting.wall());
    }

    /// The latest time that what is kept tells of: when it came in, or was made to wait.
    private long latest(
            RetryPolicy policy, List<QueueLength<FunctionId>> functions, List<QueueLength<String>> targets) {
        long lastDue = Stream.concat(functions.stream(), targets.stream())
                .mapToLong(QueueLength::last)
                .max()
                .orElse(0);
        return Math.max(store.latest(), lastDue - policy.longestWait().toMillis());
    }

    private FairQueues<FunctionId, EventRecord> events(
            EventsConfig config,
            RetryPolicy policy,
            List<QueueLength<FunctionId>> functions,
            Parts parts,
            Supplier<String> requestIds,
            InstantSource wall) {
        var arrivals = new Arrivals();
        var work = new EventWork(
                store,
                parts.functions(),
                parts.dispatch(),
                parts.isStopped(),
                policy,
                new Outcomes(requestIds, arrivals::arrived, deliveries::arrived, meter),
                parts.memory(),
                clock,
                wall,
                parts.background(),
                parts.alarm(),
                meter);
        var queues = new FairQueues<>("events", work, functions, clock, config.mostAtOnce(), config.drain());
        arrivals.queues.complete(queues);
        return queues;
    }

    /// The way of passed-on events to queues that are made after those who pass them on.
    private static final class Arrivals {
        private final CompletableFuture<FairQueues<FunctionId, ?>> queues = new CompletableFuture<>();

        void arrived(FunctionId function, long due) {
            var _ = queues.thenAccept(ready -> ready.arrived(function, due));
        }
    }

    @Override
    public void accept(FunctionId function, String qualifier, Invocation invocation, Listener listener) {
        var event = EventRecord.accepted(function, qualifier, invocation, clock.now());
        CompletableFuture<EventRecord> kept;
        try {
            kept = store.accept(event);
        } catch (IllegalStateException closed) {
            listener.refused(closed);
            return;
        }
        var _ = kept.whenComplete((_, failure) -> {
            if (failure == null) {
                events.arrived(function, event.due());
                meter.received(function);
                listener.accepted();
            } else {
                listener.refused(failure);
            }
        });
    }

    /// Begins to work on what the store has.
    public void begin() {
        events.begin();
        deliveries.begin();
    }

    /// Does what is due now, on this thread: for a simulation, in which nothing has been told to `begin`.
    ///
    /// @return after how many milliseconds something is due next, at most 0 when there is more now;
    ///     `Long.MAX_VALUE` when there is nothing before it is told of more
    long step() {
        long next = Math.min(events.step(), deliveries.step());
        return next == Long.MAX_VALUE ? next : next - clock.now();
    }

    /// Another process has accepted an event.
    void arrived(FunctionId function, long due) {
        events.arrived(function, due);
    }

    /// The store has an event of this function, which may be in work, and the first is due then.
    void seen(FunctionId function, long due) {
        events.seen(function, due);
    }

    @Override
    public long waiting() {
        return events.kept();
    }

    @Override
    public long undelivered() {
        return deliveries.kept();
    }

    /// Begins nothing more, and waits for what is in work.
    @Override
    public void close() {
        deliveries.stop();
        events.close();
        deliveries.close();
    }
}
