package hearth.events;

import hearth.cluster.EventRecord;
import hearth.cluster.EventStore;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.FunctionResolver;
import hearth.model.FunctionId;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Asynchronous invocation: keeps events on the disk, runs functions on them as a client of the Frontend, tries again
/// as AWS does, and tells destinations and dead letter queues.
public final class EventQueue implements AsyncInvocations, AutoCloseable {
    private final EventStore store;
    private final QueueClock clock;
    private final EventMeter meter;
    private final FairQueues<String, ?> deliveries;
    private final FairQueues<FunctionId, ?> events;

    /// The parts that events go through.
    ///
    /// @param isStopped whether a function's reserved concurrency is 0; may block
    /// @param sender of what others are to hear
    /// @param background runs what may block
    public record Parts(
            EventStore store,
            FunctionResolver functions,
            Dispatch dispatch,
            Predicate<FunctionId> isStopped,
            DestinationSender sender,
            MemoryBudget memory,
            Executor background) {}

    /// @param requestIds for events that are passed on to functions
    /// @param wall the clock of records
    /// @param nanos a clock that nobody sets
    public EventQueue(
            EventsConfig config,
            Parts parts,
            Supplier<String> requestIds,
            InstantSource wall,
            LongSupplier nanos,
            EventMeter meter) {
        this.store = parts.store();
        this.clock = QueueClock.begin(wall.millis(), store.latest(), nanos);
        this.meter = meter;
        this.deliveries = new FairQueues<>(
                "deliveries",
                new DeliveryWork(
                        store, parts.sender(), parts.memory(), clock, config.deliveryAge(), parts.background(), meter),
                clock,
                config.deliveriesAtOnce(),
                config.drain());
        this.events = events(config, parts, requestIds, wall);
    }

    private FairQueues<FunctionId, EventRecord> events(
            EventsConfig config, Parts parts, Supplier<String> requestIds, InstantSource wall) {
        var arrivals = new Arrivals();
        var work = new EventWork(
                store,
                parts.functions(),
                parts.dispatch(),
                parts.isStopped(),
                new RetryPolicy(config.retryBase()),
                new Outcomes(requestIds, arrivals::arrived, deliveries::arrived, meter),
                parts.memory(),
                clock,
                wall,
                parts.background(),
                meter);
        var queues = new FairQueues<>("events", work, clock, config.mostAtOnce(), config.drain());
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

    /// How many events wait for functions or run.
    public long waiting() {
        return events.kept();
    }

    /// How many messages wait for those who are to hear of events.
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
