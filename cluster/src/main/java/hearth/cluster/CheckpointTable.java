package hearth.cluster;

import hearth.model.EventSourceMappingId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `stream_claims` and `stream_checkpoints` tables: a row of the second is one `ShardCheckpoint`.
final class CheckpointTable {
    private static final String MAPPING = " WHERE account = ? AND region = ? AND uuid = ?";
    private static final String OPEN = "open";
    private static final String FINISHED = "finished";
    private static final long NO_WINDOW = -1;

    private CheckpointTable() {}

    static StreamClaim claim(Session session, EventSourceMappingId mapping) throws SQLException {
        session.execute("""
                INSERT INTO stream_claims (account, region, uuid, number, begun) VALUES (?, ?, ?, 1, 0)
                ON CONFLICT (account, region, uuid) DO UPDATE SET number = stream_claims.number + 1""", key(mapping));
        long number;
        boolean begun;
        try (var rows = session.prepare("SELECT number, begun FROM stream_claims" + MAPPING, key(mapping))
                .executeQuery()) {
            rows.next();
            number = rows.getLong("number");
            begun = rows.getInt("begun") == 1;
        }
        return new StreamClaim(mapping, number, begun, all(session, mapping));
    }

    private static List<ShardCheckpoint> all(Session session, EventSourceMappingId mapping) throws SQLException {
        try (var rows =
                session.prepare("""
                        SELECT shard, state, after_number, since, window_start, window_state
                        FROM stream_checkpoints""" + MAPPING + " ORDER BY shard", key(mapping)).executeQuery()) {
            var found = new ArrayList<ShardCheckpoint>();
            while (rows.next()) {
                long start = rows.getLong("window_start");
                found.add(new ShardCheckpoint(
                        rows.getString("shard"),
                        rows.getString("after_number"),
                        rows.getLong("since"),
                        rows.getString("state").equals(FINISHED),
                        start == NO_WINDOW
                                ? Optional.empty()
                                : Optional.of(new ShardCheckpoint.WindowState(start, rows.getString("window_state")))));
            }
            return found;
        }
    }

    /// Whoever claimed the mapping has it no more.
    static void endClaim(Session session, EventSourceMappingId mapping) throws SQLException {
        session.execute("UPDATE stream_claims SET number = number + 1" + MAPPING, key(mapping));
    }

    /// Of who claimed the mapping last; 0 when nobody has, or there is no such mapping.
    static long number(Session session, EventSourceMappingId mapping) throws SQLException {
        try (var rows = session.prepare("SELECT number FROM stream_claims" + MAPPING, key(mapping))
                .executeQuery()) {
            return rows.next() ? rows.getLong("number") : 0;
        }
    }

    static void setBegun(Session session, EventSourceMappingId mapping) throws SQLException {
        session.execute("UPDATE stream_claims SET begun = 1" + MAPPING, key(mapping));
    }

    static void put(Session session, EventSourceMappingId mapping, ShardCheckpoint shard) throws SQLException {
        session.execute(
                """
                INSERT INTO stream_checkpoints (account, region, uuid, shard, state, after_number, since, window_start,
                    window_state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (account, region, uuid, shard) DO UPDATE SET
                    state = excluded.state, after_number = excluded.after_number, since = excluded.since,
                    window_start = excluded.window_start, window_state = excluded.window_state""",
                mapping.account().value(),
                mapping.region().value(),
                mapping.uuid(),
                shard.shard(),
                shard.finished() ? FINISHED : OPEN,
                shard.after(),
                shard.since(),
                shard.window().map(ShardCheckpoint.WindowState::start).orElse(NO_WINDOW),
                shard.window().map(ShardCheckpoint.WindowState::state).orElse(""));
    }

    static void delete(Session session, EventSourceMappingId mapping, String shard) throws SQLException {
        session.execute(
                "DELETE FROM stream_checkpoints" + MAPPING + " AND shard = ?",
                mapping.account().value(),
                mapping.region().value(),
                mapping.uuid(),
                shard);
    }

    private static Object[] key(EventSourceMappingId mapping) {
        return new Object[] {mapping.account().value(), mapping.region().value(), mapping.uuid()};
    }
}
