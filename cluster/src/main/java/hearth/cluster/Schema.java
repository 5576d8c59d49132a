package hearth.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/// Brings a database's tables to the version that this build knows. Each file of migrations is applied once, in
/// one transaction with the version's own number, so that a crash leaves either the old schema or the new one.
///
/// Programs of the release before may go on using a schema, and start with it, if its migrations say so: each
/// in a first line such as `-- usable_since = 3`, with the version of the oldest schema whose programs may.
/// Without that line none of an older one may. It adds tables, and columns with defaults; it takes nothing
/// away, and means nothing otherwise.
///
/// Hearth uses no Flyway, though the files are named as Flyway names them: docs/decisions/embedded-store.md.
///
/// @param part of what is kept, for databases that hold several
/// @param folder of the migrations
/// @param migrations in order; the first makes version 1
record Schema(String part, String folder, List<String> migrations) {
    private static final Pattern USABLE_SINCE = Pattern.compile("-- usable_since = ([0-9]{1,9})\n");

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
                    "V10__layer_compatibilities.sql",
                    "V11__packages.sql",
                    "V12__stream_checkpoints.sql"));

    /// Events that wait, and what is to be delivered of those that are done.
    static final Schema EVENTS =
            new Schema("events", "migrations-of-events", List.of("V1__events.sql", "V2__report_of_events.sql"));

    /// The same as `STORE`, in PostgreSQL.
    static final Schema POSTGRES_STORE = new Schema(
            "store",
            "migrations-of-postgresql",
            List.of(
                    "V1__store.sql",
                    "V2__members.sql",
                    "V3__several_servers.sql",
                    "V4__neighbouring_releases.sql",
                    "V5__stream_checkpoints.sql",
                    "V6__source_leases.sql"));

    /// The same as `EVENTS`, in PostgreSQL.
    static final Schema POSTGRES_EVENTS = new Schema("events", "migrations-of-postgresql", List.of("V1__events.sql"));

    int newestVersion() {
        return migrations.size();
    }

    void bringUpToDate(SchemaTarget target) throws SQLException, IOException {
        int found = target.version();
        if (found > newestVersion() && target.usableSince() > newestVersion()) {
            throw new StoreUnavailableException(
                    "The store was written by a newer Hearth (schema %d, which programs of schema %d and newer can use; this one knows %d). Start that version, or use another store."
                            .formatted(found, target.usableSince(), newestVersion()));
        }
        for (int next = found + 1; next <= newestVersion(); next++) {
            var script = script(migrations.get(next - 1));
            target.apply(script, next, Math.max(target.usableSince(), usableSince(script, next)));
        }
    }

    /// The version of the oldest schema whose programs can use the one that a migration makes.
    static int usableSince(String script, int version) {
        var said = USABLE_SINCE.matcher(script);
        int since = said.lookingAt() ? Integer.parseInt(said.group(1)) : version;
        if (since < 1 || since > version) {
            throw new IllegalStateException("Schema " + version + " says that it is usable since " + since);
        }
        return since;
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
