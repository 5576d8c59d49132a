package hearth.cluster;

import hearth.model.FunctionId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/// Events in a database file with a writer of its own, so that they wait for nothing that the control plane does,
/// nor it for them; or in PostgreSQL, with connections of its own.
public final class EventStore implements EventRepository, AutoCloseable {
    static final String FILE = "events.db";

    private final Database database;

    private EventStore(Database database) {
        this.database = database;
    }

    /// Opens the store in the folder whose lock is held, making what is not there yet.
    public static EventStore open(DataFolderLock lock) {
        return open(lock.data());
    }

    /// Opens the store in a PostgreSQL database, which the one who calls has for itself.
    ///
    /// @param random may be used by many threads at once
    public static EventStore open(StoreUrl url, RandomGenerator random) {
        try {
            return new EventStore(PostgresDatabase.open(
                    url, Schema.POSTGRES_EVENTS, PostgresDatabase.Isolation.READ_COMMITTED, "event-writer", random));
        } catch (IOException | SQLException e) {
            throw new StoreException("The events in %s cannot be opened: %s".formatted(url, e.getMessage()), e);
        }
    }

    static EventStore open(Path data) {
        var file = data.resolve(FILE);
        try {
            return new EventStore(EmbeddedDatabase.open(file, Schema.EVENTS, "event-writer"));
        } catch (IOException | SQLException e) {
            throw new StoreException("The events in %s cannot be opened: %s".formatted(file, e.getMessage()), e);
        }
    }

    @Override
    public CompletableFuture<EventRecord> accept(EventRecord event) {
        return database.submit(session -> {
            EventTable.insert(session, event);
            return event;
        });
    }

    @Override
    public CompletableFuture<EventRecord> postpone(EventRecord event) {
        return database.submit(session -> {
            EventTable.update(session, event);
            return event;
        });
    }

    @Override
    public CompletableFuture<EventRecord> finish(
            EventRecord event, List<DeliveryRecord> deliveries, List<EventRecord> passedOn) {
        return database.submit(session -> {
            if (EventTable.delete(session, event.id())) {
                for (var delivery : deliveries) {
                    DeliveryTable.insert(session, delivery);
                }
                for (var next : passedOn) {
                    EventTable.insert(session, next);
                }
            }
            return event;
        });
    }

    @Override
    public List<EventRecord> due(FunctionId function, long now, Set<Long> others, int most, long bytes) {
        return database.read(session -> EventTable.due(session, function, now, others, most, bytes));
    }

    @Override
    public Optional<Long> nextDue(FunctionId function, long now) {
        return database.read(session -> EventTable.nextDue(session, function, now));
    }

    @Override
    public List<QueueLength<FunctionId>> queues() {
        return database.read(EventTable::queues);
    }

    @Override
    public CompletableFuture<DeliveryRecord> delivered(DeliveryRecord delivery) {
        return database.submit(session -> {
            DeliveryTable.delete(session, delivery.id());
            return delivery;
        });
    }

    @Override
    public CompletableFuture<DeliveryRecord> setBack(DeliveryRecord delivery, long due, String why) {
        return database.submit(session -> {
            DeliveryTable.setBack(session, delivery.id(), due, delivery.setbacks() + 1, why);
            return delivery;
        });
    }

    @Override
    public List<DeliveryRecord> deliveriesDue(String target, long now, Set<Long> others, int most, long bytes) {
        return database.read(session -> DeliveryTable.due(session, target, now, others, most, bytes));
    }

    @Override
    public Optional<Long> nextDelivery(String target, long now) {
        return database.read(session -> DeliveryTable.nextDue(session, target, now));
    }

    @Override
    public List<QueueLength<String>> targets() {
        return database.read(DeliveryTable::queues);
    }

    @Override
    public long latest() {
        return database.read(session -> Math.max(EventTable.latest(session), DeliveryTable.latest(session)));
    }

    /// Ends all writing; every acknowledged write is kept.
    @Override
    public void close() {
        try {
            database.close();
        } catch (SQLException e) {
            throw new StoreException("The events could not be closed: " + e.getMessage(), e);
        }
    }
}
