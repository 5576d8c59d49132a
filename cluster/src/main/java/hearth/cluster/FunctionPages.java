package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Queries over many functions. Each follows an index from where it starts to where it ends, so that none grows with
/// the functions that it does not return.
final class FunctionPages {
    private FunctionPages() {}

    static Page<VersionRecord> latest(Session session, AccountId account, Region region, String after, int most)
            throws SQLException {
        return page(session.prepare("""
                        SELECT generation, code_digest, configuration, code_source, layer_digests FROM functions
                        WHERE account = ? AND region = ? AND name > ?
                        ORDER BY name LIMIT ?""", account.value(), region.value(), after, most + 1), most);
    }

    static Page<VersionRecord> allVersions(
            Session session, AccountId account, Region region, String afterName, long afterVersion, int most)
            throws SQLException {
        return page(
                session.prepare(
                        """
                        SELECT name, 0 AS version, generation, code_digest, configuration, code_source, layer_digests FROM functions
                        WHERE account = ? AND region = ? AND name > ?
                        UNION ALL
                        SELECT name, version, generation, code_digest, configuration, code_source, layer_digests FROM function_versions
                        WHERE account = ? AND region = ? AND (name, version) > (?, ?)
                        ORDER BY name, version LIMIT ?""",
                        account.value(),
                        region.value(),
                        afterName,
                        account.value(),
                        region.value(),
                        afterName,
                        afterVersion,
                        most + 1),
                most);
    }

    private static Page<VersionRecord> page(PreparedStatement query, int most) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<VersionRecord>();
            while (rows.next()) {
                found.add(FunctionTable.version(rows, ""));
            }
            return Page.cut(found, most);
        }
    }

    static Usage usage(Session session, AccountId account, Region region) throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT COUNT(*), COALESCE(SUM(code_size), 0), (
                            SELECT COALESCE(SUM(code_size), 0) FROM function_versions
                            WHERE account = ? AND region = ?), (
                            SELECT COALESCE(SUM(code_size), 0) FROM layer_versions
                            WHERE account = ? AND region = ?)
                        FROM functions WHERE account = ? AND region = ?""",
                        account.value(),
                        region.value(),
                        account.value(),
                        region.value(),
                        account.value(),
                        region.value())
                .executeQuery()) {
            rows.next();
            return new Usage(rows.getLong(2) + rows.getLong(3) + rows.getLong(4), rows.getLong(1));
        }
    }

    /// A query that no index serves: for the background.
    static List<FunctionId> changedLast(Session session, int most) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT account, region, name FROM functions ORDER BY generation DESC LIMIT ?", most)
                .executeQuery()) {
            var found = new ArrayList<FunctionId>();
            while (rows.next()) {
                found.add(FunctionTable.id(rows));
            }
            return found;
        }
    }

    static List<FunctionId> functionsInTransition(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT account, region, name FROM functions
                        WHERE state = 'Pending' OR update_status = 'InProgress'""").executeQuery()) {
            var found = new ArrayList<FunctionId>();
            while (rows.next()) {
                found.add(FunctionTable.id(rows));
            }
            return found;
        }
    }

    static List<FunctionStore.VersionInTransition> versionsInTransition(Session session) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT account, region, name, version FROM function_versions WHERE state = 'Pending'")
                .executeQuery()) {
            var found = new ArrayList<FunctionStore.VersionInTransition>();
            while (rows.next()) {
                found.add(new FunctionStore.VersionInTransition(FunctionTable.id(rows), rows.getLong("version")));
            }
            return found;
        }
    }

    static boolean isReferenced(Session session, CodeDigest digest) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT 1 FROM functions WHERE code_digest = ?
                        UNION ALL SELECT 1 FROM functions WHERE serving_code_digest = ?
                        UNION ALL SELECT 1 FROM function_versions WHERE code_digest = ?
                        UNION ALL SELECT 1 FROM layer_versions WHERE code_digest = ?
                        UNION ALL SELECT 1 FROM function_layers WHERE digest = ?
                        LIMIT 1""", digest.hex(), digest.hex(), digest.hex(), digest.hex(), digest.hex())
                .executeQuery()) {
            return rows.next();
        }
    }
}
