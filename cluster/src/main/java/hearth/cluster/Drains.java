package hearth.cluster;

import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/// The hosts that are being drained: they are to be given nothing more, and to hand on what they have.
public final class Drains {
    private final Database database;

    Drains(Database database) {
        this.database = database;
    }

    /// The names of members and workers.
    public Set<String> hosts() {
        return database.read(Drains::read);
    }

    private static Set<String> read(Session session) throws SQLException {
        try (var rows = session.prepare("SELECT host FROM drains").executeQuery()) {
            var hosts = new TreeSet<String>();
            while (rows.next()) {
                hosts.add(rows.getString(1));
            }
            return hosts;
        }
    }

    /// @return false when it was being drained already
    public boolean begin(String host) {
        return database.write(session -> {
            boolean isNew = session.execute("INSERT INTO drains (host) VALUES (?) ON CONFLICT DO NOTHING", host) == 1;
            if (isNew) {
                database.touch(session, Topic.DRAINS);
            }
            return isNew;
        });
    }

    /// @return false when it was not being drained
    public boolean end(String host) {
        return database.write(session -> {
            boolean was = session.execute("DELETE FROM drains WHERE host = ?", host) == 1;
            if (was) {
                database.touch(session, Topic.DRAINS);
            }
            return was;
        });
    }
}
