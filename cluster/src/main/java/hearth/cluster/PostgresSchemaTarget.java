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
        var target = new PostgresSchemaTarget(connection, part);
        target.addUsableSince();
        return target;
    }

    /// The table of releases that had no such column. It is altered once: that waits for whoever reads the
    /// table.
    private void addUsableSince() throws SQLException {
        try (var statement = connection.createStatement()) {
            boolean isThere;
            try (var rows = statement.executeQuery("""
                    SELECT 1 FROM pg_attribute WHERE attrelid = CAST('schema_versions' AS REGCLASS)
                        AND attname = 'usable_since' AND NOT attisdropped""")) {
                isThere = rows.next();
            }
            if (!isThere) {
                statement.execute("ALTER TABLE schema_versions ADD COLUMN usable_since INTEGER");
            }
        }
    }

    @Override
    public int version() throws SQLException {
        return number("SELECT version FROM schema_versions WHERE part = ?");
    }

    /// Nothing is noted by releases that knew nothing of it.
    @Override
    public int usableSince() throws SQLException {
        return number("SELECT COALESCE(usable_since, version) FROM schema_versions WHERE part = ?");
    }

    private int number(String question) throws SQLException {
        try (var query = connection.prepareStatement(question)) {
            query.setString(1, part);
            try (var rows = query.executeQuery()) {
                return rows.next() ? rows.getInt(1) : 0;
            }
        }
    }

    @Override
    public void apply(String script, int version, int usableSince) throws SQLException {
        try (var statement = connection.createStatement();
                var note = connection.prepareStatement("""
                        INSERT INTO schema_versions (part, version, usable_since) VALUES (?, ?, ?)
                        ON CONFLICT (part) DO UPDATE SET
                            version = excluded.version, usable_since = excluded.usable_since""")) {
            statement.execute(script);
            note.setString(1, part);
            note.setInt(2, version);
            note.setInt(3, usableSince);
            note.executeUpdate();
        }
    }
}
