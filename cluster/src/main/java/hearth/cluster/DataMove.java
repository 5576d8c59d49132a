package hearth.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Moves what a data folder keeps into a PostgreSQL database that is empty: all of it in one transaction, or
/// nothing. The folder stays as it is. Deployment packages stay in it too, where the server that uses the
/// database looks for them.
public final class DataMove {
    /// Those that others refer to come first.
    static final List<String> TABLES = List.of(
            "functions",
            "function_versions",
            "aliases",
            "function_settings",
            "function_layers",
            "layers",
            "layer_versions",
            "layer_compatibilities",
            "event_source_mappings",
            "stream_claims",
            "stream_checkpoints",
            "code_signing_configs",
            "function_code_signing",
            "account_concurrency",
            "code_references",
            "packages");

    /// Random values, of which a server may have drawn some in the database when it was started on it too early.
    static final String DRAWN_VALUES = "drawn_values";

    static final List<String> TABLES_OF_EVENTS = List.of("events", "deliveries");

    /// Of an event and a delivery: the database gives a new one, in the same order.
    private static final String NUMBER = "id";

    private static final int BATCH = 500;

    /// What values of a batch may take: an event has up to 1 MiB.
    private static final long BATCH_BYTES = 8 << 20;

    /// How many rows lie between two words of progress.
    private static final int STEP = 100_000;

    private final DataFolderLock from;
    private final StoreUrl to;
    private final Consumer<String> progress;

    private DataMove(DataFolderLock from, StoreUrl to, Consumer<String> progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
    }

    /// @param from no server runs there, since whoever calls holds its lock
    /// @param progress told in a few words what was done
    /// @return how many rows each table has got
    /// @throws StoreUnavailableException when the folder has no store, or the database has something
    public static Map<String, Long> move(DataFolderLock from, StoreUrl to, Consumer<String> progress) {
        try {
            return new DataMove(from, to, progress).move();
        } catch (SQLException | IOException e) {
            throw new StoreException("Nothing was moved to %s: %s".formatted(to, e.getMessage()), e);
        }
    }

    private Map<String, Long> move() throws SQLException, IOException {
        var store = from.data().resolve(Store.FILE);
        if (!Files.exists(store)) {
            throw new StoreUnavailableException("There is no store in " + from.data() + ": --from names a data folder");
        }
        // Which brings their tables to this build's version.
        EmbeddedDatabase.open(store, Schema.STORE, "store-writer").close();
        var events = from.data().resolve(EventStore.FILE);
        EmbeddedDatabase.open(events, Schema.EVENTS, "event-writer").close();
        var moved = new LinkedHashMap<String, Long>();
        try (var target = PostgresDatabase.connect(to)) {
            Schema.POSTGRES_STORE.bringUpToDate(PostgresSchemaTarget.lock(target, Schema.POSTGRES_STORE.part()));
            Schema.POSTGRES_EVENTS.bringUpToDate(PostgresSchemaTarget.lock(target, Schema.POSTGRES_EVENTS.part()));
            requireUnused(target);
            requireEmpty(target);
            try (var source = EmbeddedDatabase.connect(store)) {
                for (var table : TABLES) {
                    moved.put(table, copy(source, target, table));
                }
                execute(target, "DELETE FROM " + DRAWN_VALUES);
                moved.put(DRAWN_VALUES, copy(source, target, DRAWN_VALUES));
                copyNumbers(source, target);
            }
            try (var source = EmbeddedDatabase.connect(events)) {
                for (var table : TABLES_OF_EVENTS) {
                    moved.put(table, copy(source, target, table));
                }
            }
            target.commit();
        }
        return moved;
    }

    /// A server would go on as if it knew all that is there.
    private void requireUnused(Connection target) throws SQLException {
        try (var statement = target.createStatement();
                var rows = statement.executeQuery("""
                        SELECT owner FROM leases WHERE expires > clock_timestamp()
                        UNION ALL SELECT owner FROM store_users WHERE expires > clock_timestamp()""")) {
            if (rows.next()) {
                throw new StoreUnavailableException(
                        "%s is in use by a server: %s. Stop that one first.".formatted(to, rows.getString(1)));
            }
        }
    }

    private void requireEmpty(Connection target) throws SQLException {
        var tables = new ArrayList<>(TABLES);
        tables.addAll(TABLES_OF_EVENTS);
        for (var table : tables) {
            try (var statement = target.createStatement();
                    var rows = statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
                if (rows.next()) {
                    throw new StoreUnavailableException(
                            "%s is not empty: its table %s has rows. Name another database in --to."
                                    .formatted(to, table));
                }
            }
        }
    }

    private long copy(Connection source, Connection target, String table) throws SQLException {
        boolean numbered = TABLES_OF_EVENTS.contains(table);
        try (var statement = source.createStatement();
                var rows = statement.executeQuery("SELECT * FROM " + table + (numbered ? " ORDER BY " + NUMBER : ""))) {
            var columns = columns(rows.getMetaData(), numbered);
            try (var insert = target.prepareStatement("INSERT INTO %s (%s) VALUES (%s)"
                    .formatted(
                            table,
                            String.join(", ", columns),
                            String.join(", ", Collections.nCopies(columns.size(), "?"))))) {
                long count = 0;
                long bytes = 0;
                while (rows.next()) {
                    for (int i = 0; i < columns.size(); i++) {
                        var value = value(rows, columns.get(i));
                        bytes += size(value);
                        insert.setObject(i + 1, value);
                    }
                    insert.addBatch();
                    if (++count % BATCH == 0 || bytes >= BATCH_BYTES) {
                        insert.executeBatch();
                        bytes = 0;
                    }
                    if (count % STEP == 0) {
                        progress.accept("%s: %d rows so far".formatted(table, count));
                    }
                }
                insert.executeBatch();
                progress.accept("%s: %d rows".formatted(table, count));
                return count;
            }
        }
    }

    private static List<String> columns(ResultSetMetaData row, boolean numbered) throws SQLException {
        var columns = new ArrayList<String>();
        for (int i = 1; i <= row.getColumnCount(); i++) {
            if (!numbered || !row.getColumnName(i).equals(NUMBER)) {
                columns.add(row.getColumnName(i));
            }
        }
        return columns;
    }

    private static int size(@Nullable Object value) {
        return switch (value) {
            case String text -> text.length();
            case byte[] content -> content.length;
            case null, default -> 0;
        };
    }

    /// The only column of truth values is this one, which SQLite has as a number.
    private static @Nullable Object value(ResultSet row, String column) throws SQLException {
        return column.equals("enabled")
                ? row.getBoolean(column)
                : PostgresDialect.INSTANCE.adapted(row.getObject(column));
    }

    /// So that numbers go on above all that were handed out.
    private static void copyNumbers(Connection source, Connection target) throws SQLException {
        try (var statement = source.createStatement();
                var rows = statement.executeQuery("SELECT name, next_value FROM sequences");
                var raise = target.prepareStatement("UPDATE sequences SET next_value = ? WHERE name = ?");
                var set = target.prepareStatement("SELECT setval(CAST(? AS regclass), ?, false)")) {
            while (rows.next()) {
                raise.setLong(1, rows.getLong("next_value"));
                raise.setString(2, rows.getString("name"));
                if (raise.executeUpdate() == 0) {
                    set.setString(1, PostgresDatabase.sequence(rows.getString("name")));
                    set.setLong(2, rows.getLong("next_value"));
                    set.executeQuery().close();
                }
            }
        }
    }

    private static void execute(Connection target, String sql) throws SQLException {
        try (var statement = target.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
