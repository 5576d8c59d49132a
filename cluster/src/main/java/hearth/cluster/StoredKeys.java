package hearth.cluster;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The access keys of all servers that share a database, as the lines of a key file. Secrets are kept as they are: who
/// may read the database can sign as anyone.
public final class StoredKeys {
    private final Database database;

    StoredKeys(Database database) {
        this.database = database;
    }

    /// In the order in which they were made.
    public List<String> lines() {
        return database.read(StoredKeys::read);
    }

    private static List<String> read(Session session) throws SQLException {
        try (var rows =
                session.prepare("SELECT line FROM access_keys ORDER BY number").executeQuery()) {
            var lines = new ArrayList<String>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        }
    }

    public void add(String id, String line) {
        database.write(session -> {
            database.touch(session, Topic.ACCESS_KEYS);
            return session.execute("INSERT INTO access_keys (id, line) VALUES (?, ?)", id, line);
        });
    }

    /// @return false when there is none of this id
    public boolean remove(String id) {
        return database.write(session -> {
            database.touch(session, Topic.ACCESS_KEYS);
            return session.execute("DELETE FROM access_keys WHERE id = ?", id) == 1;
        });
    }
}
