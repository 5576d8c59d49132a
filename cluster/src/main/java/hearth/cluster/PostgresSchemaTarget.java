package hearth.cluster;

import java.sql.Connection;
import java.sql.SQLException;

/// A PostgreSQL database in the middle of a transaction that keeps other nodes from bringing it up to date as well.
/// Whoever made it commits, which applies all migrations at once.
///
/// @param part of the tables, which has a version of its own
record PostgresSchemaTarget(Connection connection, String part) implements SchemaTarget {
    /// Hearth's own number among those that users of the database may lock.
    private static final long LOCK = 0x48_65_61_72_74_68L;

    /// Waits for other nodes that are at it.
    static PostgresSchemaTarget lock(Connection connection, String part) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS schema_versions (part TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL)");
        }
        return new PostgresSchemaTarget(connection, part);
    }

    @Override
    public int version() throws SQLException {
        try (var query = connection.prepareStatement("SELECT version FROM schema_versions WHERE part = ?")) {
            query.setString(1, part);
            try (var rows = query.executeQuery()) {
                return rows.next() ? rows.getInt(1) : 0;
            }
        }
    }

    @Override
    public void apply(String script, int version) throws SQLException {
        try (var statement = connection.createStatement();
                var note = connection.prepareStatement("""
                        INSERT INTO schema_versions (part, version) VALUES (?, ?)
                        ON CONFLICT (part) DO UPDATE SET version = excluded.version""")) {
            statement.execute(script);
            note.setString(1, part);
            note.setInt(2, version);
            note.executeUpdate();
        }
    }
}
