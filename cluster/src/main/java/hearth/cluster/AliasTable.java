package hearth.cluster;

import hearth.model.FunctionId;
import hearth.model.api.AliasConfiguration;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The `aliases` table: one row is one `AliasConfiguration`.
final class AliasTable {
    private static final String KEY = " WHERE account = ? AND region = ? AND name = ? AND alias = ?";

    private AliasTable() {}

    static void put(Session session, FunctionId function, AliasConfiguration alias) throws SQLException {
        session.execute(
                """
                INSERT INTO aliases (account, region, name, alias, configuration)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account, region, name, alias) DO UPDATE SET configuration = excluded.configuration""",
                function.account().value(),
                function.region().value(),
                function.name(),
                Objects.requireNonNull(alias.name()),
                Documents.of(alias));
    }

    static Optional<AliasConfiguration> find(Session session, FunctionId function, String alias) throws SQLException {
        return read(session.prepare("SELECT configuration FROM aliases" + KEY, key(function, alias))).stream()
                .findFirst();
    }

    /// The aliases of a function, by name.
    static List<AliasConfiguration> after(Session session, FunctionId function, String alias, int limit)
            throws SQLException {
        return read(session.prepare(
                """
                SELECT configuration FROM aliases
                WHERE account = ? AND region = ? AND name = ? AND alias > ?
                ORDER BY alias LIMIT ?""", function.account().value(), function.region().value(), function.name(), alias, limit));
    }

    static boolean delete(Session session, FunctionId function, String alias) throws SQLException {
        return session.execute("DELETE FROM aliases" + KEY, key(function, alias)) == 1;
    }

    private static Object[] key(FunctionId function, String alias) {
        return new Object[] {function.account().value(), function.region().value(), function.name(), alias};
    }

    private static List<AliasConfiguration> read(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<AliasConfiguration>();
            while (rows.next()) {
                found.add(Documents.read(rows.getString("configuration"), AliasConfiguration::read));
            }
            return found;
        }
    }
}
