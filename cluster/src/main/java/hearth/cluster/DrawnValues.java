package hearth.cluster;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Random values that were drawn once, and that all servers of the store use: secrets among them.
public final class DrawnValues {
    private final Database database;

    DrawnValues(Database database) {
        this.database = database;
    }

    /// The values of a name, the one to use first; the others are still accepted.
    ///
    /// @param fresh drawn by the caller, kept if there is none yet; whoever is first decides
    public List<String> all(String name, String fresh) {
        var kept = database.read(session -> find(session, name));
        if (!kept.isEmpty()) {
            return kept;
        }
        var _ = database.write(session -> session.execute(
                "INSERT INTO drawn_values (name, number, value) VALUES (?, 1, ?) ON CONFLICT DO NOTHING", name, fresh));
        // Read anew: another server may have been first.
        return database.read(session -> find(session, name));
    }

    private static List<String> find(Session session, String name) throws SQLException {
        try (var rows = session.prepare("SELECT value FROM drawn_values WHERE name = ? ORDER BY number DESC", name)
                .executeQuery()) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
