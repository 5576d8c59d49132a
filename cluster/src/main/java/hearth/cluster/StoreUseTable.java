package hearth.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `store_users` table: the servers that share the database.
final class StoreUseTable {
    private StoreUseTable() {}

    /// Takes a name that is free, over, or the owner's own, and notes what its owner says of itself.
    ///
    /// @param anew whether the owner has just started: whoever had the name before on its host has ended then
    static void take(Session session, StoreMember member, String owner, Duration term, boolean anew)
            throws SQLException {
        session.execute(
                """
                INSERT INTO store_users (name, owner, objects, status, expires)
                VALUES (?, ?, ?, ?, clock_timestamp() + CAST(? AS BIGINT) * INTERVAL '1 millisecond')
                ON CONFLICT (name) DO UPDATE SET
                    owner = excluded.owner,
                    objects = excluded.objects,
                    status = excluded.status,
                    since = CASE WHEN store_users.owner = excluded.owner THEN store_users.since ELSE excluded.since END,
                    heard = excluded.heard,
                    expires = excluded.expires
                WHERE store_users.owner = excluded.owner OR store_users.expires < clock_timestamp()
                    OR (? AND split_part(store_users.owner, ' pid ', 1) = split_part(excluded.owner, ' pid ', 1))""", member.name(), owner, member.objects(), member.status().get(), term.toMillis(), anew);
    }

    static Optional<String> owner(Session session, String name) throws SQLException {
        try (var rows = session.prepare("SELECT owner FROM store_users WHERE name = ?", name)
                .executeQuery()) {
            return rows.next() ? Optional.of(rows.getString("owner")) : Optional.empty();
        }
    }

    /// @param here whether it has not expired
    /// @param heardSeconds how long ago it was heard of
    record Row(String name, String owner, String objects, String status, boolean here, long heardSeconds) {}

    /// All that were not forgotten yet, by name.
    static List<Row> all(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT name, owner, objects, status, expires >= clock_timestamp() AS here,
                            CAST(EXTRACT(EPOCH FROM clock_timestamp() - heard) AS BIGINT) AS silent
                        FROM store_users ORDER BY name""").executeQuery()) {
            var found = new ArrayList<Row>();
            while (rows.next()) {
                found.add(new Row(
                        rows.getString("name"),
                        rows.getString("owner"),
                        rows.getString("objects"),
                        rows.getString("status"),
                        rows.getBoolean("here"),
                        rows.getLong("silent")));
            }
            return found;
        }
    }

    /// The names of those that are here.
    static List<String> names(Session session) throws SQLException {
        return all(session).stream().filter(Row::here).map(Row::name).toList();
    }

    static void leave(Session session, String name, String owner) throws SQLException {
        session.execute("DELETE FROM store_users WHERE name = ? AND owner = ?", name, owner);
    }
}
