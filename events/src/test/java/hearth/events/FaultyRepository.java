package hearth.events;

import hearth.cluster.DeliveryRecord;
import hearth.cluster.EventRecord;
import hearth.cluster.EventRepository;
import hearth.cluster.EventStore;
import hearth.cluster.QueueLength;
import hearth.model.FunctionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A real store as one run of the server has it: its writes take their time, and fail while the disk is full; a
/// crash leaves some of those that were under way, and tells nobody of which.
final class FaultyRepository implements EventRepository {
    private final EventStore store;
    private final SimulatedTime time;
    private final Random random;
    private final BooleanSupplier isFull;
    private final Consumer<EventRecord> passedOn;
    private final List<Write<?>> waiting = new ArrayList<>();
    private boolean isOver;

    /// @param passedOn hears of each event that comes into the store in the place of another
    FaultyRepository(
            EventStore store,
            SimulatedTime time,
            Random random,
            BooleanSupplier isFull,
            Consumer<EventRecord> passedOn) {
        this.store = store;
        this.time = time;
        this.random = random;
        this.isFull = isFull;
        this.passedOn = passedOn;
    }

    private record Write<T>(Supplier<CompletableFuture<T>> begin, CompletableFuture<T> told) {
        Made<T> make() {
            return new Made<>(begin.get(), told);
        }
    }

    private record Made<T>(CompletableFuture<T> made, CompletableFuture<T> told) {
        void tell() {
            told.complete(made.join());
        }
    }

    private <T> CompletableFuture<T> write(Supplier<CompletableFuture<T>> begin) {
        if (isOver) {
            throw new IllegalStateException("The store is closed.");
        }
        if (waiting.isEmpty()) {
            time.after(random.nextInt(20), this::commit);
        }
        var write = new Write<>(begin, new CompletableFuture<T>());
        waiting.add(write);
        return write.told();
    }

    private void commit() {
        if (isOver) {
            return;
        }
        var group = List.copyOf(waiting);
        waiting.clear();
        if (isFull.getAsBoolean()) {
            var failure = new UncheckedIOException(new IOException("No space left on device"));
            group.forEach(write -> write.told().completeExceptionally(failure));
            return;
        }
        List<Made<?>> made = new ArrayList<>();
        group.forEach(write -> made.add(write.make()));
        made.forEach(one -> one.made().join());
        // Others read what is there before those who wrote it are told.
        if (random.nextInt(4) == 0) {
            time.after(random.nextInt(5), () -> tell(made));
        } else {
            tell(made);
        }
    }

    private void tell(List<Made<?>> made) {
        for (var one : made) {
            if (!isOver) {
                one.tell();
            }
        }
    }

    /// The server dies.
    void crash() {
        isOver = true;
        if (!waiting.isEmpty() && !isFull.getAsBoolean()) {
            int survivors = random.nextInt(waiting.size() + 1);
            waiting.subList(0, survivors).forEach(write -> write.begin().get().join());
        }
    }

    @Override
    public CompletableFuture<EventRecord> accept(EventRecord event) {
        return write(() -> store.accept(event));
    }

    @Override
    public CompletableFuture<EventRecord> postpone(EventRecord event) {
        return write(() -> store.postpone(event));
    }

    @Override
    public CompletableFuture<EventRecord> finish(
            EventRecord event, List<DeliveryRecord> deliveries, List<EventRecord> next) {
        return write(() -> {
            next.forEach(passedOn);
            return store.finish(event, deliveries, next);
        });
    }

    @Override
    public CompletableFuture<DeliveryRecord> delivered(DeliveryRecord delivery) {
        return write(() -> store.delivered(delivery));
    }

    @Override
    public CompletableFuture<DeliveryRecord> setBack(DeliveryRecord delivery, long due, String why) {
        return write(() -> store.setBack(delivery, due, why));
    }

    @Override
    public List<EventRecord> due(FunctionId function, long now, Set<Long> others, int most, long bytes) {
        failAtTimes();
        return store.due(function, now, others, most, bytes);
    }

    @Override
    public Optional<Long> nextDue(FunctionId function, long now) {
        failAtTimes();
        return store.nextDue(function, now);
    }

    @Override
    public List<DeliveryRecord> deliveriesDue(String target, long now, Set<Long> others, int most, long bytes) {
        failAtTimes();
        return store.deliveriesDue(target, now, others, most, bytes);
    }

    @Override
    public Optional<Long> nextDelivery(String target, long now) {
        failAtTimes();
        return store.nextDelivery(target, now);
    }

    private void failAtTimes() {
        if (isFull.getAsBoolean() && random.nextInt(10) == 0) {
            throw new UncheckedIOException(new IOException("Input/output error"));
        }
    }

    @Override
    public List<QueueLength<FunctionId>> queues() {
        return store.queues();
    }

    @Override
    public List<QueueLength<String>> targets() {
        return store.targets();
    }

    @Override
    public long latest() {
        return store.latest();
    }
}
