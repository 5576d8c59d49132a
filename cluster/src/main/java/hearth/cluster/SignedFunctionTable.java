package hearth.cluster;

import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `function_code_signing` table: one row is one function that keeps to a code signing configuration.
final class SignedFunctionTable {
    private static final String FUNCTION = " WHERE account = ? AND region = ? AND name = ?";

    private SignedFunctionTable() {}

    static void put(Session session, FunctionId function, CodeSigningConfigId config) throws SQLException {
        session.execute("""
                INSERT INTO function_code_signing (account, region, name, config_id) VALUES (?, ?, ?, ?)
                ON CONFLICT (account, region, name) DO UPDATE SET config_id = excluded.config_id""", function.account().value(), function.region().value(), function.name(), config.id());
    }

    static Optional<CodeSigningConfigId> find(Session session, FunctionId function) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT config_id FROM function_code_signing" + FUNCTION, FunctionTable.key(function))
                .executeQuery()) {
            return rows.next()
                    ? Optional.of(
                            new CodeSigningConfigId(function.account(), function.region(), rows.getString("config_id")))
                    : Optional.empty();
        }
    }

    static boolean remove(Session session, FunctionId function) throws SQLException {
        return session.execute("DELETE FROM function_code_signing" + FUNCTION, FunctionTable.key(function)) == 1;
    }

    /// The functions that keep to a configuration, by name.
    ///
    /// @param after the name that the page before ended with, empty for the first
    static List<FunctionId> after(Session session, CodeSigningConfigId config, String after, int limit)
            throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT account, region, name FROM function_code_signing
                        WHERE account = ? AND region = ? AND config_id = ? AND name > ?
                        ORDER BY name LIMIT ?""", config.account().value(), config.region().value(), config.id(), after, limit)
                .executeQuery()) {
            var found = new ArrayList<FunctionId>();
            while (rows.next()) {
                found.add(FunctionTable.id(rows));
            }
            return found;
        }
    }
}
