package hearth.cluster;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// What the command line does with a PostgreSQL database that servers may be using.
public final class StoreCommands implements AutoCloseable {
    private final PostgresDatabase database;

    private StoreCommands(PostgresDatabase database) {
        this.database = database;
    }

    /// Connects, and makes the tables where there are none yet.
    ///
    /// @param random may be used by many threads at once
    public static StoreCommands open(StoreUrl url, RandomGenerator random) {
        try {
            return new StoreCommands(PostgresDatabase.open(
                    url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "store-writer", random));
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(url, e.getMessage()), e);
        }
    }

    public StoredKeys keys() {
        return new StoredKeys(database);
    }

    public Drains drains() {
        return new Drains(database);
    }

    /// A server that shares the database.
    ///
    /// @param status what it said of itself last, in lines
    /// @param here whether it was heard of within its term
    /// @param silent seconds since it was heard of
    public record Member(String name, String owner, String objects, String status, boolean here, long silent) {}

    /// By name, with those that have ended without a word.
    public List<Member> members() {
        return database.read(StoreCommands::members);
    }

    private static List<Member> members(Session session) throws SQLException {
        return StoreUseTable.all(session).stream()
                .map(row -> new Member(
                        row.name(), row.owner(), row.objects(), row.status(), row.here(), row.heardSeconds()))
                .toList();
    }

    /// Who has what for itself, by the name of the lease.
    public Map<String, String> leases() {
        return database.read(LeaseTable::owners);
    }

    /// How many event source mappings each server polls, by its name.
    public Map<String, Integer> polled() {
        return database.read(SourceLeaseTable::counts);
    }

    @Override
    public void close() {
        database.close();
    }
}
