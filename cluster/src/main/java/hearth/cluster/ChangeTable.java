package hearth.cluster;

import hearth.model.FunctionId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The `changes` table of PostgreSQL: a row says that a node has changed a function, so that the others look again.
///
/// Numbers come to be seen in another order than they were given in, when transactions overlap. So a reader goes by the
/// transactions: all that had ended when it looked it has seen, and it looks again from the oldest that had not.
final class ChangeTable {
    /// On which nodes listen for the commit of a change.
    static final String CHANNEL = "hearth_changes";

    /// For how long a node may be cut off and still learn of each change.
    static final String KEPT = "7 days";

    private ChangeTable() {}

    static void insert(Session session, String node, FunctionId function, Collection<String> settings)
            throws SQLException {
        session.execute(
                """
                INSERT INTO changes (node, account, region, name, settings, transaction)
                VALUES (?, ?, ?, ?, ?, CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT))""",
                node,
                function.account().value(),
                function.region().value(),
                function.name(),
                String.join(" ", settings));
        ring(session);
    }

    /// Wakes all who listen, with the commit.
    static void ring(Session session) throws SQLException {
        session.prepare("SELECT pg_notify('" + CHANNEL + "', '')")
                .executeQuery()
                .close();
    }

    /// One change by a node.
    ///
    /// @param settings the kinds of settings that changed with the function
    record Row(long id, long transaction, String node, FunctionId function, List<String> settings) {}

    /// How far the database is.
    ///
    /// @param horizon the oldest transaction that has not ended; all before it can be seen
    /// @param topics the numbers of the topics that were ever changed
    record Mark(long horizon, Map<String, Long> topics) {}

    static Mark mark(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT),
                            (SELECT string_agg(name || ' ' || number, ',') FROM topics)""").executeQuery()) {
            rows.next();
            var topics = new HashMap<String, Long>();
            var written = rows.getString(2);
            for (var topic : written == null ? new String[0] : written.split(",")) {
                int space = topic.indexOf(' ');
                topics.put(topic.substring(0, space), Long.parseLong(topic.substring(space + 1)));
            }
            return new Mark(rows.getLong(1), topics);
        }
    }

    /// The changes of this transaction and later ones, in the order in which they were made.
    static List<Row> from(Session session, long transaction) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT id, transaction, node, account, region, name, settings FROM changes
                        WHERE transaction >= ? ORDER BY id""", transaction).executeQuery()) {
            var found = new ArrayList<Row>();
            while (rows.next()) {
                var settings = rows.getString("settings");
                found.add(new Row(
                        rows.getLong("id"),
                        rows.getLong("transaction"),
                        rows.getString("node"),
                        FunctionTable.id(rows),
                        settings.isEmpty() ? List.of() : Arrays.asList(settings.split(" "))));
            }
            return found;
        }
    }

    static void forgetOld(Session session) throws SQLException {
        session.execute("DELETE FROM changes WHERE made < now() - INTERVAL '" + KEPT + "'");
    }
}
