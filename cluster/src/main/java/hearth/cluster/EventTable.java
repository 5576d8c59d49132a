package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.worker.Invocation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `events` table: one row is one `EventRecord`.
final class EventTable {
    private EventTable() {}

    private static final String INSERT = """
            INSERT INTO events (account, region, name, qualifier, request_id, invoked_arn, client_context, tenant,
                trace_header, accepted, due, failures, setbacks, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    static void insert(Session session, EventRecord event) throws SQLException {
        session.execute(INSERT, values(event));
    }

    /// The same, of which the process hears that works the queue. In PostgreSQL.
    static void insertAndTell(Session session, EventRecord event) throws SQLException {
        session.prepare(EventNews.andTell(INSERT), values(event)).executeQuery().close();
    }

    private static @Nullable Object[] values(EventRecord event) {
        var function = event.function();
        var invocation = event.invocation();
        return new @Nullable Object[] {
            function.account().value(),
            function.region().value(),
            function.name(),
            event.qualifier(),
            invocation.requestId(),
            invocation.invokedArn(),
            invocation.clientContext(),
            invocation.tenant(),
            invocation.traceHeader(),
            event.accepted(),
            event.due(),
            event.failures(),
            event.setbacks(),
            invocation.payload()
        };
    }

    static void update(Session session, EventRecord event) throws SQLException {
        var failure = event.lastFailure().orElse(null);
        session.execute(
                """
                UPDATE events SET due = ?, failures = ?, setbacks = ?, failed_version = ?, failed_error = ?,
                    failed_payload = ?
                WHERE id = ?""",
                event.due(),
                event.failures(),
                event.setbacks(),
                failure == null ? null : failure.version(),
                failure == null ? null : failure.error(),
                failure == null ? null : failure.payload(),
                event.id());
    }

    /// @return false when it was not there
    static boolean delete(Session session, long id) throws SQLException {
        return session.execute("DELETE FROM events WHERE id = ?", id) == 1;
    }

    /// The first of a function's queue that are due, but for some.
    ///
    /// @param bytes how much they may hold together; the first is read however large it is
    static List<EventRecord> due(Session session, FunctionId function, long now, Set<Long> others, int most, long bytes)
            throws SQLException {
        var ids = ids(session, function, now, others.size() + most);
        ids.removeAll(others);
        var found = new ArrayList<EventRecord>();
        long held = 0;
        for (var id : ids.subList(0, Math.min(most, ids.size()))) {
            var event = find(session, id);
            if (event.isPresent()) {
                held += event.get().size();
                if (held > bytes && !found.isEmpty()) {
                    break;
                }
                found.add(event.get());
            }
        }
        return found;
    }

    /// From the index alone: payloads are read of those only that are wanted.
    private static List<Long> ids(Session session, FunctionId function, long now, int most) throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT id FROM events WHERE account = ? AND region = ? AND name = ? AND due <= ?
                        ORDER BY due, id LIMIT ?""", function.account().value(), function.region().value(), function.name(), now, most)
                .executeQuery()) {
            var found = new ArrayList<Long>();
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
            return found;
        }
    }

    /// When the first of a function's events is due that is due later.
    static Optional<Long> nextDue(Session session, FunctionId function, long now) throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT due FROM events WHERE account = ? AND region = ? AND name = ? AND due > ?
                        ORDER BY due LIMIT 1""", function.account().value(), function.region().value(), function.name(), now)
                .executeQuery()) {
            return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
        }
    }

    private static Optional<EventRecord> find(Session session, long id) throws SQLException {
        try (var rows = session.prepare("SELECT * FROM events WHERE id = ?", id).executeQuery()) {
            return rows.next() ? Optional.of(read(rows)) : Optional.empty();
        }
    }

    private static EventRecord read(ResultSet row) throws SQLException {
        var accepted = row.getLong("accepted");
        var invocation = new Invocation(
                row.getString("request_id"),
                row.getString("invoked_arn"),
                row.getBytes("payload"),
                row.getString("client_context"),
                row.getString("tenant"),
                row.getString("trace_header"),
                Instant.ofEpochMilli(accepted),
                false,
                false);
        var failedVersion = row.getString("failed_version");
        return new EventRecord(
                row.getLong("id"),
                function(row),
                row.getString("qualifier"),
                invocation,
                accepted,
                row.getLong("due"),
                row.getInt("failures"),
                row.getInt("setbacks"),
                failedVersion == null
                        ? Optional.empty()
                        : Optional.of(new EventRecord.Failure(
                                failedVersion, row.getString("failed_error"), row.getBytes("failed_payload"))));
    }

    static FunctionId function(ResultSet row) throws SQLException {
        return new FunctionId(
                new AccountId(row.getString("account")), new Region(row.getString("region")), row.getString("name"));
    }

    /// Every function that has events, from the index alone.
    static List<QueueLength<FunctionId>> queues(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT account, region, name, count(*) AS events, min(due) AS first,
                            max(due) AS last
                        FROM events
                        GROUP BY account, region, name""").executeQuery()) {
            var found = new ArrayList<QueueLength<FunctionId>>();
            while (rows.next()) {
                found.add(new QueueLength<>(
                        function(rows), rows.getLong("events"), rows.getLong("first"), rows.getLong("last")));
            }
            return found;
        }
    }

    /// The first event of each function that has some: a look into the index for each, however many events there are.
    static List<QueueLength<FunctionId>> heads(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        WITH RECURSIVE heads AS (
                            (SELECT account, region, name, due FROM events ORDER BY account, region, name, due LIMIT 1)
                            UNION ALL
                            SELECT next.* FROM heads, LATERAL (
                                SELECT account, region, name, due FROM events
                                WHERE (account, region, name) > (heads.account, heads.region, heads.name)
                                ORDER BY account, region, name, due LIMIT 1) next)
                        SELECT account, region, name, due FROM heads""").executeQuery()) {
            var found = new ArrayList<QueueLength<FunctionId>>();
            while (rows.next()) {
                found.add(new QueueLength<>(function(rows), 1, rows.getLong("due"), rows.getLong("due")));
            }
            return found;
        }
    }

    /// When the last of them came in; 0 when there are none.
    static long latest(Session session) throws SQLException {
        try (var rows = session.prepare("SELECT accepted FROM events ORDER BY id DESC LIMIT 1")
                .executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
