package hearth.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Brings a database's tables to the version that this build knows. Each file of migrations is applied once, in
/// one transaction with the version's own number, so that a crash leaves either the old schema or the new one.
///
/// Hearth uses no Flyway, though the files are named as Flyway names them: docs/decisions/embedded-store.md.
///
/// @param folder of the migrations
/// @param migrations in order; the first makes version 1
record Schema(String folder, List<String> migrations) {
    /// What the control plane keeps.
    static final Schema STORE = new Schema(
            "migrations",
            List.of(
                    "V1__functions.sql",
                    "V2__aliases_and_settings.sql",
                    "V3__layers.sql",
                    "V4__code_source.sql",
                    "V5__event_source_mappings.sql",
                    "V6__code_signing.sql",
                    "V7__function_layers.sql",
                    "V8__account_concurrency.sql",
                    "V9__code_references.sql",
                    "V10__packages.sql"));

    /// Events that wait, and what is to be delivered of those that are done.
    static final Schema EVENTS =
            new Schema("migrations-of-events", List.of("V1__events.sql", "V2__report_of_events.sql"));

    int newestVersion() {
        return migrations.size();
    }

    void bringUpToDate(Connection connection) throws SQLException, IOException {
        int found = version(connection);
        if (found > newestVersion()) {
            throw new StoreUnavailableException(
                    "The store was written by a newer Hearth (schema %d, this one knows %d). Start that version, or use another data folder."
                            .formatted(found, newestVersion()));
        }
        for (int next = found + 1; next <= newestVersion(); next++) {
            apply(connection, migrations.get(next - 1), next);
        }
    }

    private void apply(Connection connection, String migration, int version) throws SQLException, IOException {
        try (var statement = connection.createStatement()) {
            try {
                // One text for the engine to split: it knows its own comments and literals best.
                statement.executeUpdate("BEGIN IMMEDIATE;\n%s\n;PRAGMA user_version = %d;\nCOMMIT;"
                        .formatted(script(migration), version));
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

    private String script(String migration) throws IOException {
        try (var in = Schema.class.getResourceAsStream(folder + "/" + migration)) {
            if (in == null) {
                throw new IllegalStateException("This build lacks its migration " + migration);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("PRAGMA user_version")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
