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
    private final Fence fence;

    /// What keeps a process from writing of a queue that another works.
    private sealed interface Fence {
        void requireOf(Session session) throws SQLException;

        void requireNow();
    }

    /// Where no other process can.
    private record NoFence() implements Fence {
        @Override
        public void requireOf(Session session) {}

        @Override
        public void requireNow() {}
    }

    private record LeaseFence(WorkLease lease, long epoch) implements Fence {
        @Override
        public void requireOf(Session session) throws SQLException {
            lease.require(session, epoch);
        }

        @Override
        public void requireNow() {
            if (!lease.isHeld(epoch)) {
                throw new LeaseLostException();
            }
        }
    }

    private EventStore(Database database) {
        this(database, new NoFence());
    }

    private EventStore(Database database, Fence fence) {
        this.database = database;
        this.fence = fence;
    }

    /// Opens the store in the folder whose lock is held, making what is not there yet.
    public static EventStore open(DataFolderLock lock) {
        return open(lock.data());
    }

    /// Opens the store in a PostgreSQL database, whose queue the one who calls works alone: because it has the database
    /// for itself, or by `fencedBy`.
    ///
    /// @param random may be used by many threads at once
    public static EventStore open(StoreUrl url, RandomGenerator random) {
        try {
            try (var connection = PostgresDatabase.connect(url)) {
                // Which has the leases.
                Schema.POSTGRES_STORE.bringUpToDate(
                        PostgresSchemaTarget.lock(connection, Schema.POSTGRES_STORE.part()));
                connection.commit();
            }
            return new EventStore(PostgresDatabase.open(
                    url, Schema.POSTGRES_EVENTS, PostgresDatabase.Isolation.READ_COMMITTED, "event-writer", random));
        } catch (IOException | SQLException e) {
            throw new StoreException("The events in %s cannot be opened: %s".formatted(url, e.getMessage()), e);
        }
    }

    /// The right to work the queue, for which the processes of a database vie.
    public WorkLease lease(RandomGenerator random) {
        return new WorkLease(database, random);
    }

    /// The same events, for work on them as long as the lease has the epoch that it has now: what is written later
    /// fails with a `LeaseLostException`, and nothing that is due can be read. Not to be closed.
    public EventRepository fencedBy(WorkLease lease) {
        return new EventStore(database, new LeaseFence(lease, lease.epoch()));
    }

    /// Keeps an event, and has the process told that works the queue, if it follows the news.
    public CompletableFuture<EventRecord> acceptAndTell(EventRecord event) {
        return database.submit(session -> {
            EventTable.insertAndTell(session, event);
            return event;
        });
    }

    /// Tells of what others accept, from now on until it is closed. Of a PostgreSQL database.
    public EventNews follow(EventNews.Listener listener) {
        if (database instanceof PostgresDatabase shared) {
            return EventNews.follow(shared::connectToListen, listener);
        }
        throw new IllegalStateException("Nobody else accepts events here");
    }

    /// Milliseconds by the clock of a PostgreSQL database, which all of its processes go by.
    public long now() {
        return database.read(session -> {
            try (var rows = session.prepare("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")
                    .executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    /// What may be begun by whoever has read it only then.
    private <T> T read(Transaction<T> transaction) {
        var result = database.read(transaction);
        fence.requireNow();
        return result;
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
            fence.requireOf(session);
            EventTable.update(session, event);
            return event;
        });
    }

    @Override
    public CompletableFuture<EventRecord> finish(
            EventRecord event, List<DeliveryRecord> deliveries, List<EventRecord> passedOn) {
        return database.submit(session -> {
            fence.requireOf(session);
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
        return read(session -> EventTable.due(session, function, now, others, most, bytes));
    }

    @Override
    public Optional<Long> nextDue(FunctionId function, long now) {
        return read(session -> EventTable.nextDue(session, function, now));
    }

    @Override
    public List<QueueLength<FunctionId>> queues() {
        return database.read(EventTable::queues);
    }

    @Override
    public CompletableFuture<DeliveryRecord> delivered(DeliveryRecord delivery) {
        return database.submit(session -> {
            fence.requireOf(session);
            DeliveryTable.delete(session, delivery.id());
            return delivery;
        });
    }

    @Override
    public CompletableFuture<DeliveryRecord> setBack(DeliveryRecord delivery, long due, String why) {
        return database.submit(session -> {
            fence.requireOf(session);
            DeliveryTable.setBack(session, delivery.id(), due, delivery.setbacks() + 1, why);
            return delivery;
        });
    }

    @Override
    public List<DeliveryRecord> deliveriesDue(String target, long now, Set<Long> others, int most, long bytes) {
        return read(session -> DeliveryTable.due(session, target, now, others, most, bytes));
    }

    @Override
    public Optional<Long> nextDelivery(String target, long now) {
        return read(session -> DeliveryTable.nextDue(session, target, now));
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
