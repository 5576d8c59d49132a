package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeSigningConfigId;
import hearth.model.Region;
import hearth.model.api.CodeSigningConfig;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `code_signing_configs` table: one row is one `SigningConfigRecord`.
final class SigningConfigTable {
    private static final String KEY = " WHERE account = ? AND region = ? AND id = ?";
    private static final String SELECT = "SELECT account, region, id, configuration, tags FROM code_signing_configs";

    private SigningConfigTable() {}

    static void insert(Session session, SigningConfigRecord config) throws SQLException {
        session.execute("""
                INSERT INTO code_signing_configs (configuration, tags, account, region, id)
                VALUES (?, ?, ?, ?, ?)""", columns(config));
    }

    static void update(Session session, SigningConfigRecord config) throws SQLException {
        session.execute("UPDATE code_signing_configs SET configuration = ?, tags = ?" + KEY, columns(config));
    }

    private static Object[] columns(SigningConfigRecord config) {
        return new Object[] {
            Documents.of(config.configuration()),
            Documents.of(config.tags()),
            config.id().account().value(),
            config.id().region().value(),
            config.id().id()
        };
    }

    static Optional<SigningConfigRecord> find(Session session, CodeSigningConfigId id) throws SQLException {
        return read(session.prepare(SELECT + KEY, key(id))).stream().findFirst();
    }

    static boolean delete(Session session, CodeSigningConfigId id) throws SQLException {
        return session.execute("DELETE FROM code_signing_configs" + KEY, key(id)) == 1;
    }

    static Object[] key(CodeSigningConfigId id) {
        return new Object[] {id.account().value(), id.region().value(), id.id()};
    }

    /// The configurations of an account, by id.
    ///
    /// @param after the id that the page before ended with, empty for the first
    static List<SigningConfigRecord> after(Session session, AccountId account, Region region, String after, int limit)
            throws SQLException {
        return read(session.prepare(
                SELECT + " WHERE account = ? AND region = ? AND id > ? ORDER BY id LIMIT ?",
                account.value(),
                region.value(),
                after,
                limit));
    }

    private static List<SigningConfigRecord> read(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<SigningConfigRecord>();
            while (rows.next()) {
                found.add(new SigningConfigRecord(
                        new CodeSigningConfigId(
                                new AccountId(rows.getString("account")),
                                new Region(rows.getString("region")),
                                rows.getString("id")),
                        Documents.read(rows.getString("configuration"), CodeSigningConfig::read),
                        Documents.tags(rows.getString("tags"))));
            }
            return found;
        }
    }
}
