package hearth.cluster;

import hearth.model.FunctionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the events of a data folder wait for, read beside a server that may be at work on them. Times are
/// milliseconds of the queue's own clock: the wall clock's, unless that was set, or the host has slept.
public record EventsReport(List<WaitingEvents> events, List<WaitingDeliveries> deliveries) {
    static final String EVENTS = """
            SELECT account, region, name, count(*) AS events, min(due) AS first, min(accepted) AS oldest,
                count(*) FILTER (WHERE failures > 0) AS failed,
                count(*) FILTER (WHERE setbacks > 0) AS held
            FROM events GROUP BY account, region, name ORDER BY account, region, name""";

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
        try (var session = EmbeddedDatabase.openToRead(file)) {
            return Optional.of(new EventsReport(events(session), deliveries(session)));
        } catch (SQLException e) {
            throw new StoreException("The events in %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /// @return empty where no Hearth has kept events yet
    public static Optional<EventsReport> read(StoreUrl url) {
        try (var connection = PostgresDatabase.connect(url);
                var session = new Session(connection, PostgresDialect.INSTANCE)) {
            try (var rows =
                    session.prepare("SELECT to_regclass('events') IS NOT NULL").executeQuery()) {
                rows.next();
                if (!rows.getBoolean(1)) {
                    return Optional.empty();
                }
            }
            return Optional.of(new EventsReport(events(session), deliveries(session)));
        } catch (SQLException e) {
            throw new StoreException("The events in %s cannot be read: %s".formatted(url, e.getMessage()), e);
        }
    }

    private static List<WaitingEvents> events(Session session) throws SQLException {
        var found = new ArrayList<WaitingEvents>();
        try (var rows = session.prepare(EVENTS).executeQuery()) {
            while (rows.next()) {
                found.add(new WaitingEvents(
                        EventTable.function(rows),
                        rows.getLong("events"),
                        rows.getLong("oldest"),
                        rows.getLong("first"),
                        rows.getLong("failed"),
                        rows.getLong("held")));
            }
        }
        return found;
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
}
