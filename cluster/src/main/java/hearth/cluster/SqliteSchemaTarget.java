package hearth.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// A file of SQLite, which keeps the version in its header.
record SqliteSchemaTarget(Connection connection) implements SchemaTarget {
    @Override
    public int version() throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("PRAGMA user_version")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /// One program at a time uses the file, and none is there that would have to go on.
    @Override
    public int usableSince() throws SQLException {
        return version();
    }

    @Override
    public void apply(String script, int version, int usableSince) throws SQLException {
        try (var statement = connection.createStatement()) {
            try {
                // One text for the engine to split: it knows its own comments and literals best.
                statement.executeUpdate(
                        "BEGIN IMMEDIATE;\n%s\n;PRAGMA user_version = %d;\nCOMMIT;".formatted(script, version));
            } catch (SQLException e) {
                rollBack(statement, e);
                throw e;
            }
        }
    }

    /// The engine may have undone it already, as on a full disk: then why it did is what counts.
    private static void rollBack(Statement statement, SQLException cause) {
        try {
            statement.executeUpdate("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
