package hearth.events;

import hearth.cluster.DeliveryRecord;
import hearth.cluster.EventRepository;
import hearth.cluster.LeaseLostException;
import hearth.model.memory.MemoryBudget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Tells destinations and dead letter queues of events: until they have it, or it is too old.
final class DeliveryWork implements Work<String, DeliveryRecord> {
    private static final Logger LOG = System.getLogger(DeliveryWork.class.getName());

    /// What the bodies of one turn may hold together.
    private static final long BYTES_AT_ONCE = 1 << 20;

    private static final long MEMORY_PAUSE = 100;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final EventRepository store;
    private final DestinationSender sender;
    private final MemoryBudget memory;
    private final QueueClock clock;
    private final Duration oldest;
    private final Executor background;
    private final Alarm alarm;
    private final EventMeter meter;
    private final Writes writes = new Writes("The ends of deliveries");

    /// Targets that did not take what they were told last, of which the log has been told.
    private final Set<String> away = ConcurrentHashMap.newKeySet();

    /// @param oldest how old a message may become
    /// @param background runs what blocks
    /// @param alarm has writes that failed begun again
    DeliveryWork(
            EventRepository store,
            DestinationSender sender,
            MemoryBudget memory,
            QueueClock clock,
            Duration oldest,
            Executor background,
            Alarm alarm,
            EventMeter meter) {
        this.store = store;
        this.sender = sender;
        this.memory = memory;
        this.clock = clock;
        this.oldest = oldest;
        this.background = background;
        this.alarm = alarm;
        this.meter = meter;
    }

    @Override
    public List<DeliveryRecord> due(String queue, long now, Set<Long> others, int most) {
        return store.deliveriesDue(queue, now, others, most, BYTES_AT_ONCE);
    }

    @Override
    public Optional<Long> nextDue(String queue, long now) {
        return store.nextDelivery(queue, now);
    }

    @Override
    public long id(DeliveryRecord delivery) {
        return delivery.id();
    }

    @Override
    public void begin(DeliveryRecord delivery, Consumer<Ended> ended) {
        long size = delivery.body().length;
        if (!memory.take(size, 0)) {
            ended.accept(Ended.untouched(clock.now() + MEMORY_PAUSE, Ended.Pace.EVEN));
            return;
        }
        Consumer<Ended> end = how -> {
            memory.giveBack(size);
            ended.accept(how);
        };
        try {
            background.execute(() -> send(delivery, end));
        } catch (RuntimeException | Error e) {
            memory.giveBack(size);
            throw e;
        }
    }

    private void send(DeliveryRecord delivery, Consumer<Ended> end) {
        try {
            var target = Target.of(delivery.target());
            if (target.isEmpty()) {
                throw new DeliveryException("Nothing that Hearth knows has this ARN.", null);
            }
            sender.send(target.get(), delivery);
            meter.delivered(delivery.function());
            if (away.remove(delivery.target())) {
                LOG.log(Level.INFO, "{0} takes what it is told again", delivery.target());
            }
            write(delivery, () -> store.delivered(delivery), Ended.gone(Ended.Pace.WELL), end);
        } catch (DeliveryException | RuntimeException | Error e) {
            failed(delivery, e, end);
        }
    }

    private void failed(DeliveryRecord delivery, Throwable cause, Consumer<Ended> end) {
        var why = cause instanceof DeliveryException ? String.valueOf(cause.getMessage()) : String.valueOf(cause);
        long due = clock.now() + RetryPolicy.backOff(delivery.setbacks());
        var what = "The " + delivery.kind() + " of event " + delivery.requestId() + " ("
                + delivery.function().name() + ") for " + delivery.target();
        // While the server was off nobody could take it.
        if (due - Math.max(delivery.made(), clock.begun()) > oldest.toMillis()) {
            meter.undeliverable(delivery.function(), delivery.kind() == DeliveryRecord.Kind.DEAD_LETTER);
            LOG.log(Level.ERROR, "{0} is given up after {1}: {2}", what, oldest, why);
            write(delivery, () -> store.delivered(delivery), Ended.gone(Ended.Pace.HELD_UP), end);
            return;
        }
        LOG.log(
                away.add(delivery.target()) ? Level.WARNING : Level.DEBUG,
                "{0} could not be delivered, and is tried again in {1} s: {2}",
                what,
                RetryPolicy.backOff(delivery.setbacks()) / 1000,
                why);
        write(delivery, () -> store.setBack(delivery, due, why), Ended.kept(due, Ended.Pace.HELD_UP), end);
    }

    /// Writes what became of it, however often that takes.
    private void write(DeliveryRecord delivery, Writing writing, Ended how, Consumer<Ended> end) {
        CompletableFuture<?> written;
        try {
            written = writing.begin();
        } catch (IllegalStateException closed) {
            end.accept(Ended.untouched(clock.now() + PAUSE.toMillis(), Ended.Pace.EVEN));
            return;
        }
        var _ = written.whenComplete((_, failure) -> {
            if (failure == null) {
                writes.succeeded();
                end.accept(how);
            } else if (LeaseLostException.isBehind(failure)) {
                end.accept(Ended.untouched(clock.now() + PAUSE.toMillis(), Ended.Pace.EVEN));
            } else {
                writes.failed(failure);
                alarm.after(PAUSE, () -> write(delivery, writing, how, end));
            }
        });
    }

    @FunctionalInterface
    private interface Writing {
        CompletableFuture<?> begin();
    }
}
