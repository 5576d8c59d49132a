package hearth.cluster;

import hearth.cluster.MemberRecord.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The `members` table: who is, or was, of the cluster. Its times are of the database's own clock.
final class MemberTable {
    private MemberTable() {}

    /// All of them, by name.
    static List<MemberRecord> all(Session session) throws SQLException {
        try (var rows = session.prepare("""
                SELECT m.name, m.incarnation, state, generation, address, workers, api, zone, roles, version,
                    COALESCE(p.protocol, '') AS protocol,
                    CAST(EXTRACT(EPOCH FROM clock_timestamp() - beat) * 1000 AS BIGINT) AS silence
                FROM members m
                LEFT JOIN member_protocols p ON p.name = m.name AND p.incarnation = m.incarnation
                ORDER BY m.name""").executeQuery()) {
            var members = new ArrayList<MemberRecord>();
            while (rows.next()) {
                members.add(read(rows));
            }
            return members;
        }
    }

    private static MemberRecord read(ResultSet row) throws SQLException {
        var roles = row.getString("roles");
        return new MemberRecord(
                row.getString("name"),
                row.getLong("incarnation"),
                State.valueOf(row.getString("state")),
                row.getLong("generation"),
                row.getString("address"),
                row.getString("workers"),
                row.getString("api"),
                row.getString("zone"),
                roles.isEmpty() ? Set.of() : Set.of(roles.split(",")),
                row.getString("version"),
                row.getString("protocol"),
                Duration.ofMillis(row.getLong("silence")));
    }

    /// Gives the member's name to its process, whoever had it.
    static void put(Session session, MemberRecord member) throws SQLException {
        session.execute(
                """
                INSERT INTO members
                    (name, incarnation, state, generation, address, workers, api, zone, roles, version, beat)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp())
                ON CONFLICT (name) DO UPDATE SET
                    incarnation = excluded.incarnation, state = excluded.state, generation = excluded.generation,
                    address = excluded.address, workers = excluded.workers, api = excluded.api, zone = excluded.zone,
                    roles = excluded.roles, version = excluded.version, beat = excluded.beat""",
                member.name(),
                member.incarnation(),
                member.state().name(),
                member.generation(),
                member.address(),
                member.workers(),
                member.api(),
                member.zone(),
                String.join(",", new TreeSet<>(member.roles())),
                member.version());
        session.execute("""
                INSERT INTO member_protocols (name, incarnation, protocol) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, protocol = excluded.protocol""", member.name(), member.incarnation(), member.protocol());
    }

    /// Notes that a process was heard of.
    ///
    /// @return false when the name is another process's, or the process was taken out of the cluster
    static boolean beat(Session session, String name, long incarnation, State state, long generation)
            throws SQLException {
        return session.execute("""
                UPDATE members SET state = ?, generation = ?, beat = clock_timestamp()
                WHERE name = ? AND incarnation = ? AND state <> 'LOST'""", state.name(), generation, name, incarnation) == 1;
    }

    static void lose(Session session, String name, long incarnation) throws SQLException {
        session.execute(
                "UPDATE members SET state = 'LOST' WHERE name = ? AND incarnation = ? AND state <> 'LEFT'",
                name,
                incarnation);
    }

    /// Forgets those that nobody has heard of for long.
    static void forget(Session session, Duration silence) throws SQLException {
        session.execute(
                "DELETE FROM members WHERE beat < clock_timestamp() - CAST(? AS BIGINT) * INTERVAL '1 millisecond'",
                silence.toMillis());
    }
}
