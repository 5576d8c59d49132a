package hearth.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The `deliveries` table: one row is one `DeliveryRecord`.
final class DeliveryTable {
    private DeliveryTable() {}

    static void insert(Session session, DeliveryRecord delivery) throws SQLException {
        var function = delivery.function();
        var letter = delivery.deadLetter().orElse(null);
        session.execute(
                """
                INSERT INTO deliveries (target, account, region, name, qualifier, request_id, trace_header, kind, body,
                    error_code, error_message, made, due, setbacks)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                delivery.target(),
                function.account().value(),
                function.region().value(),
                function.name(),
                delivery.qualifier(),
                delivery.requestId(),
                delivery.traceHeader(),
                delivery.kind().toString(),
                delivery.body(),
                letter == null ? null : letter.errorCode(),
                letter == null ? null : letter.errorMessage(),
                delivery.made(),
                delivery.due(),
                delivery.setbacks());
    }

    static void setBack(Session session, long id, long due, int setbacks, String why) throws SQLException {
        session.execute(
                "UPDATE deliveries SET due = ?, setbacks = ?, setback = ? WHERE id = ?", due, setbacks, why, id);
    }

    static void delete(Session session, long id) throws SQLException {
        session.execute("DELETE FROM deliveries WHERE id = ?", id);
    }

    /// The first of a target's queue that are due, but for some.
    ///
    /// @param bytes how much their bodies may hold together; the first is read however large it is
    static List<DeliveryRecord> due(Session session, String target, long now, Set<Long> others, int most, long bytes)
            throws SQLException {
        var ids = ids(session, target, now, others.size() + most);
        ids.removeAll(others);
        var found = new ArrayList<DeliveryRecord>();
        long held = 0;
        for (var id : ids.subList(0, Math.min(most, ids.size()))) {
            var delivery = find(session, id);
            if (delivery.isPresent()) {
                held += delivery.get().body().length;
                if (held > bytes && !found.isEmpty()) {
                    break;
                }
                found.add(delivery.get());
            }
        }
        return found;
    }

    private static List<Long> ids(Session session, String target, long now, int most) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT id FROM deliveries WHERE target = ? AND due <= ? ORDER BY due, id LIMIT ?",
                        target,
                        now,
                        most)
                .executeQuery()) {
            var found = new ArrayList<Long>();
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
            return found;
        }
    }

    static Optional<Long> nextDue(Session session, String target, long now) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT due FROM deliveries WHERE target = ? AND due > ? ORDER BY due LIMIT 1", target, now)
                .executeQuery()) {
            return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
        }
    }

    private static Optional<DeliveryRecord> find(Session session, long id) throws SQLException {
        try (var rows =
                session.prepare("SELECT * FROM deliveries WHERE id = ?", id).executeQuery()) {
            return rows.next() ? Optional.of(read(rows)) : Optional.empty();
        }
    }

    private static DeliveryRecord read(ResultSet row) throws SQLException {
        var code = row.getString("error_code");
        return new DeliveryRecord(
                row.getLong("id"),
                row.getString("target"),
                EventTable.function(row),
                row.getString("qualifier"),
                row.getString("request_id"),
                row.getString("trace_header"),
                DeliveryRecord.Kind.of(row.getString("kind")),
                row.getBytes("body"),
                code == null
                        ? Optional.empty()
                        : Optional.of(new DeliveryRecord.DeadLetter(code, row.getString("error_message"))),
                row.getLong("made"),
                row.getLong("due"),
                row.getInt("setbacks"),
                Optional.ofNullable(row.getString("setback")));
    }

    static List<QueueLength<String>> queues(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT target, count(*) AS waiting, min(due) AS first, max(due) AS last FROM deliveries
                        GROUP BY target""").executeQuery()) {
            var found = new ArrayList<QueueLength<String>>();
            while (rows.next()) {
                found.add(new QueueLength<>(
                        rows.getString("target"),
                        rows.getLong("waiting"),
                        rows.getLong("first"),
                        rows.getLong("last")));
            }
            return found;
        }
    }

    static long latest(Session session) throws SQLException {
        try (var rows = session.prepare("SELECT made FROM deliveries ORDER BY id DESC LIMIT 1")
                .executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
