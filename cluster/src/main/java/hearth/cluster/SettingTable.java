package hearth.cluster;

import hearth.model.FunctionId;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The `function_settings` table: one row is one setting of one function, version or alias.
final class SettingTable {
    private static final String FUNCTION = " WHERE account = ? AND region = ? AND name = ?";
    private static final String COLUMNS = "SELECT account, region, name, qualifier, document FROM function_settings";

    private SettingTable() {}

    static <T> void put(Session session, FunctionId function, Setting<T> setting, String qualifier, T value)
            throws SQLException {
        session.execute(
                """
                INSERT INTO function_settings (account, region, name, kind, qualifier, document)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (account, region, name, kind, qualifier) DO UPDATE SET document = excluded.document""",
                function.account().value(),
                function.region().value(),
                function.name(),
                setting.kind(),
                qualifier,
                setting.document(value));
    }

    static <T> Optional<T> find(Session session, FunctionId function, Setting<T> setting, String qualifier)
            throws SQLException {
        var query = session.prepare(
                COLUMNS + FUNCTION + " AND kind = ? AND qualifier = ?",
                function.account().value(),
                function.region().value(),
                function.name(),
                setting.kind(),
                qualifier);
        return read(query, setting).stream().findFirst().map(Qualified::value);
    }

    /// The settings of one function, by qualifier.
    static <T> List<Qualified<T>> after(
            Session session, FunctionId function, Setting<T> setting, String qualifier, int limit) throws SQLException {
        var query = session.prepare(
                COLUMNS + FUNCTION + " AND kind = ? AND qualifier > ? ORDER BY qualifier LIMIT ?",
                function.account().value(),
                function.region().value(),
                function.name(),
                setting.kind(),
                qualifier,
                limit);
        return read(query, setting);
    }

    /// The settings of all functions there are.
    static <T> List<Qualified<T>> all(Session session, Setting<T> setting) throws SQLException {
        var query =
                session.prepare(COLUMNS + " WHERE kind = ? ORDER BY account, region, name, qualifier", setting.kind());
        return read(query, setting);
    }

    static boolean remove(Session session, FunctionId function, Setting<?> setting, String qualifier)
            throws SQLException {
        return session.execute(
                        "DELETE FROM function_settings" + FUNCTION + " AND kind = ? AND qualifier = ?",
                        function.account().value(),
                        function.region().value(),
                        function.name(),
                        setting.kind(),
                        qualifier)
                == 1;
    }

    /// The kinds of settings that a function has, as a whole or for a version or alias.
    static Set<String> kinds(Session session, FunctionId function) throws SQLException {
        return kinds(session.prepare(
                "SELECT DISTINCT kind FROM function_settings" + FUNCTION,
                function.account().value(),
                function.region().value(),
                function.name()));
    }

    /// The kinds of settings that one version or alias has.
    static Set<String> kinds(Session session, FunctionId function, String qualifier) throws SQLException {
        return kinds(session.prepare(
                "SELECT kind FROM function_settings" + FUNCTION + " AND qualifier = ?",
                function.account().value(),
                function.region().value(),
                function.name(),
                qualifier));
    }

    private static Set<String> kinds(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            var kinds = new HashSet<String>();
            while (rows.next()) {
                kinds.add(rows.getString("kind"));
            }
            return kinds;
        }
    }

    /// All that is set for one version or alias.
    static void removeAll(Session session, FunctionId function, String qualifier) throws SQLException {
        session.execute(
                "DELETE FROM function_settings" + FUNCTION + " AND qualifier = ?",
                function.account().value(),
                function.region().value(),
                function.name(),
                qualifier);
    }

    private static <T> List<Qualified<T>> read(PreparedStatement query, Setting<T> setting) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<Qualified<T>>();
            while (rows.next()) {
                found.add(new Qualified<>(
                        FunctionTable.id(rows),
                        rows.getString("qualifier"),
                        setting.value(rows.getString("document"))));
            }
            return found;
        }
    }
}
