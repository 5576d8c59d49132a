package hearth.cluster;

import hearth.cluster.SourceLeases.Server;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The `source_pollers` and `source_leases` tables of PostgreSQL.
final class SourceLeaseTable {
    private static final String MAPPING = " WHERE account = ? AND region = ? AND uuid = ?";

    private SourceLeaseTable() {}

    static void join(Session session, String owner, Duration term) throws SQLException {
        session.execute("""
                INSERT INTO source_pollers (owner, rests, expires)
                VALUES (?, 0, clock_timestamp() + CAST(? AS BIGINT) * INTERVAL '1 millisecond')""", owner, term.toMillis());
    }

    static boolean renew(Session session, String owner, boolean rests, Duration term) throws SQLException {
        return session.execute("""
                UPDATE source_pollers
                SET rests = ?, expires = clock_timestamp() + CAST(? AS BIGINT) * INTERVAL '1 millisecond'
                WHERE owner = ?""", rests ? 1 : 0, term.toMillis(), owner) == 1;
    }

    /// By name.
    static List<Server> servers(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT owner, rests, expires < clock_timestamp() AS over FROM source_pollers ORDER BY owner""").executeQuery()) {
            var found = new ArrayList<Server>();
            while (rows.next()) {
                found.add(new Server(rows.getString("owner"), rows.getInt("rests") == 1, rows.getBoolean("over")));
            }
            return found;
        }
    }

    /// Waits for a renewal that is under way, and removes nothing that was renewed.
    static void bury(Session session, String owner) throws SQLException {
        session.execute("DELETE FROM source_pollers WHERE owner = ? AND expires < clock_timestamp()", owner);
    }

    static void leave(Session session, String owner) throws SQLException {
        session.execute("DELETE FROM source_pollers WHERE owner = ?", owner);
    }

    static List<SourceLease> all(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT l.account, l.region, l.uuid, COALESCE(p.owner, '') AS owner, l.epoch
                        FROM source_leases l LEFT JOIN source_pollers p ON p.owner = l.owner
                        ORDER BY l.uuid""").executeQuery()) {
            var found = new ArrayList<SourceLease>();
            while (rows.next()) {
                var mapping = new EventSourceMappingId(
                        new AccountId(rows.getString("account")),
                        new Region(rows.getString("region")),
                        rows.getString("uuid"));
                found.add(new SourceLease(mapping, rows.getString("owner"), rows.getLong("epoch")));
            }
            return found;
        }
    }

    /// Of leases, by the servers that have them.
    static Map<String, Integer> counts(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT p.owner, COUNT(l.uuid) AS count
                        FROM source_pollers p LEFT JOIN source_leases l ON l.owner = p.owner
                        WHERE p.expires >= clock_timestamp()
                        GROUP BY p.owner""").executeQuery()) {
            var counts = new TreeMap<String, Integer>();
            while (rows.next()) {
                counts.put(rows.getString("owner"), rows.getInt("count"));
            }
            return counts;
        }
    }

    /// Takes the lease of a mapping that no server has, if the one that is to have it is there.
    ///
    /// @return whether it did
    static boolean take(Session session, EventSourceMappingId mapping, String owner) throws SQLException {
        return session.execute("""
                        INSERT INTO source_leases (account, region, uuid, owner, epoch)
                        SELECT ?, ?, ?, owner, 1 FROM source_pollers WHERE owner = ?
                        ON CONFLICT (account, region, uuid) DO UPDATE SET
                            owner = excluded.owner, epoch = source_leases.epoch + 1
                        WHERE NOT EXISTS (SELECT 1 FROM source_pollers p WHERE p.owner = source_leases.owner)""", mapping.account().value(), mapping.region().value(), mapping.uuid(), owner) == 1;
    }

    static long epoch(Session session, EventSourceMappingId mapping) throws SQLException {
        try (var rows = session.prepare("SELECT epoch FROM source_leases" + MAPPING, key(mapping))
                .executeQuery()) {
            return rows.next() ? rows.getLong("epoch") : 0;
        }
    }

    static boolean isHeld(Session session, SourceLease lease) throws SQLException {
        var mapping = lease.mapping();
        try (var rows = session.prepare(
                        "SELECT 1 FROM source_leases" + MAPPING + " AND owner = ? AND epoch = ?",
                        mapping.account().value(),
                        mapping.region().value(),
                        mapping.uuid(),
                        lease.owner(),
                        lease.epoch())
                .executeQuery()) {
            return rows.next();
        }
    }

    static void release(Session session, SourceLease lease) throws SQLException {
        var mapping = lease.mapping();
        session.execute(
                "UPDATE source_leases SET owner = ''" + MAPPING + " AND owner = ? AND epoch = ?",
                mapping.account().value(),
                mapping.region().value(),
                mapping.uuid(),
                lease.owner(),
                lease.epoch());
    }

    private static Object[] key(EventSourceMappingId mapping) {
        return new Object[] {mapping.account().value(), mapping.region().value(), mapping.uuid()};
    }
}
