package hearth.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The `leases` table: a row says who has something for itself, and until when. The epoch counts its owners.
final class LeaseTable {
    private LeaseTable() {}

    /// Takes a lease that is free, over, or the owner's own.
    static void take(Session session, String name, String owner, Duration term) throws SQLException {
        session.execute("""
                INSERT INTO leases (name, owner, epoch, expires)
                VALUES (?, ?, 1, clock_timestamp() + CAST(? AS BIGINT) * INTERVAL '1 millisecond')
                ON CONFLICT (name) DO UPDATE SET
                    owner = excluded.owner,
                    epoch = leases.epoch + CASE WHEN leases.owner = excluded.owner THEN 0 ELSE 1 END,
                    expires = excluded.expires
                WHERE leases.owner = excluded.owner OR leases.expires < clock_timestamp()""", name, owner, term.toMillis());
    }

    /// Who had it last, and may have it still.
    ///
    /// @param now milliseconds by the database's clock
    record Row(String owner, long epoch, boolean over, long now) {}

    static Optional<Row> find(Session session, String name) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT owner, epoch, expires < clock_timestamp() AS over,
                            CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now
                        FROM leases WHERE name = ?""", name).executeQuery()) {
            return rows.next()
                    ? Optional.of(new Row(
                            rows.getString("owner"),
                            rows.getLong("epoch"),
                            rows.getBoolean("over"),
                            rows.getLong("now")))
                    : Optional.empty();
        }
    }

    /// Of those that are not over.
    static Map<String, String> owners(Session session) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT name, owner FROM leases WHERE expires >= clock_timestamp() ORDER BY name")
                .executeQuery()) {
            var owners = new TreeMap<String, String>();
            while (rows.next()) {
                owners.put(rows.getString("name"), rows.getString("owner"));
            }
            return owners;
        }
    }

    static void giveBack(Session session, String name, String owner) throws SQLException {
        session.execute("UPDATE leases SET expires = clock_timestamp() WHERE name = ? AND owner = ?", name, owner);
    }
}
