package hearth.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/// Brings a database's tables to the version that this build knows. Each file of migrations is applied once, in
/// one transaction with the version's own number, so that a crash leaves either the old schema or the new one.
///
/// Hearth uses no Flyway, though the files are named as Flyway names them: docs/decisions/embedded-store.md.
///
/// @param part of what is kept, for databases that hold several
/// @param folder of the migrations
/// @param migrations in order; the first makes version 1
record Schema(String part, String folder, List<String> migrations) {
    /// What the control plane keeps.
    static final Schema STORE = new Schema(
            "store",
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
                    "V10__layer_compatibilities.sql"));

    /// Events that wait, and what is to be delivered of those that are done.
    static final Schema EVENTS =
            new Schema("events", "migrations-of-events", List.of("V1__events.sql", "V2__report_of_events.sql"));

    /// The same as `STORE`, in PostgreSQL.
    static final Schema POSTGRES_STORE = new Schema("store", "migrations-of-postgresql", List.of("V1__store.sql"));

    /// The same as `EVENTS`, in PostgreSQL.
    static final Schema POSTGRES_EVENTS = new Schema("events", "migrations-of-postgresql", List.of("V1__events.sql"));

    int newestVersion() {
        return migrations.size();
    }

    void bringUpToDate(SchemaTarget target) throws SQLException, IOException {
        int found = target.version();
        if (found > newestVersion()) {
            throw new StoreUnavailableException(
                    "The store was written by a newer Hearth (schema %d, this one knows %d). Start that version, or use another data folder."
                            .formatted(found, newestVersion()));
        }
        for (int next = found + 1; next <= newestVersion(); next++) {
            target.apply(script(migrations.get(next - 1)), next);
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
}
