package hearth.cluster;

import hearth.model.FunctionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the events of a data folder wait for, read beside a server that may be at work on them. Times are
/// milliseconds of the queue's own clock, which is the wall clock unless somebody has set that back.
public record EventsReport(List<WaitingEvents> events, List<WaitingDeliveries> deliveries) {
    /// @param due when the next of them is tried
    /// @param failed how many of them their function has failed on
    /// @param setBack how many could not be run when they were tried last
    public record WaitingEvents(FunctionId function, long count, long oldest, long due, long failed, long setBack) {}

    /// @param setback why the last try of one of them failed
    public record WaitingDeliveries(String target, long count, long oldest, long due, Optional<String> setback) {}

    /// @return empty where there have been no events yet
    public static Optional<EventsReport> read(Path data) {
        var file = data.resolve(EventStore.FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var session = Database.openToRead(file)) {
            return Optional.of(new EventsReport(events(session), deliveries(session)));
        } catch (SQLException e) {
            throw new StoreException("The events in %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static List<WaitingEvents> events(Session session) throws SQLException {
        var found = new ArrayList<WaitingEvents>();
        // What waits without ever having been tried is most of a long queue, and is counted by the index alone.
        try (var rows = session.prepare("""
                        SELECT account, region, name, count(*) AS events, min(due) AS first, min(id) AS oldest
                        FROM events GROUP BY account, region, name ORDER BY account, region, name""").executeQuery()) {
            while (rows.next()) {
                var function = EventTable.function(rows);
                found.add(new WaitingEvents(
                        function,
                        rows.getLong("events"),
                        number(session, "SELECT accepted FROM events WHERE id = ?", rows.getLong("oldest")),
                        rows.getLong("first"),
                        tried(session, function, "failures"),
                        tried(session, function, "setbacks")));
            }
        }
        return found;
    }

    private static long tried(Session session, FunctionId function, String column) throws SQLException {
        return number(
                session,
                "SELECT count(*) FROM events WHERE account = ? AND region = ? AND name = ? AND " + column + " > 0",
                function.account().value(),
                function.region().value(),
                function.name());
    }

    private static List<WaitingDeliveries> deliveries(Session session) throws SQLException {
        var found = new ArrayList<WaitingDeliveries>();
        try (var rows = session.prepare("""
                        SELECT target, count(*) AS waiting, min(due) AS first, min(made) AS oldest,
                            max(setback) AS setback
                        FROM deliveries GROUP BY target ORDER BY target""").executeQuery()) {
            while (rows.next()) {
                found.add(new WaitingDeliveries(
                        rows.getString("target"),
                        rows.getLong("waiting"),
                        rows.getLong("oldest"),
                        rows.getLong("first"),
                        Optional.ofNullable(rows.getString("setback"))));
            }
        }
        return found;
    }

    private static long number(Session session, String query, Object... parameters) throws SQLException {
        try (var rows = session.prepare(query, parameters).executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
