package hearth.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/// The note in a data folder that its functions are in a database. The packages in the folder are theirs then:
/// the store in the folder, which may be older, would remove those that it knows nothing of.
final class StoreNote {
    static final String FILE = "store-is-elsewhere";

    private StoreNote() {}

    /// Keeps from using the folder's own store.
    static void refuse(Path data) throws IOException {
        var note = data.resolve(FILE);
        if (Files.exists(note)) {
            throw new StoreUnavailableException(
                    "The packages in %s are those of functions in %s: start with --store and that database, or with another --data. To go back to what the folder itself keeps, remove %s; packages that only the database's functions have are removed with the next start."
                            .formatted(data, Files.readString(note).strip(), note));
        }
    }

    /// The database of which it tells, without user and password.
    static Optional<String> read(Path data) throws IOException {
        try {
            return Optional.of(Files.readString(data.resolve(FILE)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Leaves it. A folder whose functions have not been moved is refused: all of its packages would be removed, which
    /// nothing in the database refers to.
    static void leave(Path data, StoreUrl url, Database database) throws IOException {
        var note = data.resolve(FILE);
        if (Files.exists(note)) {
            return;
        }
        if (keepsSomething(data.resolve(Store.FILE)) && database.read(session -> isUnused(session))) {
            throw new StoreUnavailableException(
                    "%s is empty, and %s keeps functions or layers: move them with `hearth migrate --from %s --to URL` first, or name another folder in --data."
                            .formatted(url, data, data));
        }
        Files.writeString(note, url + "\n");
    }

    private static boolean keepsSomething(Path store) {
        if (!Files.exists(store)) {
            return false;
        }
        try (var connection = EmbeddedDatabase.connect(store)) {
            return hasRows(connection, "functions") || hasRows(connection, "layer_versions");
        } catch (SQLException e) {
            throw new StoreException("The store in %s cannot be read: %s".formatted(store, e.getMessage()), e);
        }
    }

    /// Also of stores that are older than the table.
    private static boolean hasRows(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement()) {
            try (var tables = statement.executeQuery("SELECT 1 FROM sqlite_master WHERE name = '" + table + "'")) {
                if (!tables.next()) {
                    return false;
                }
            }
            try (var rows = statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
                return rows.next();
            }
        }
    }

    /// Whether it never had a function or layer.
    private static boolean isUnused(Session session) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT last_value = 1 AND NOT is_called AND NOT EXISTS (SELECT 1 FROM layers) FROM generation_numbers")
                .executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
