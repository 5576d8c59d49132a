package hearth.cluster;

import hearth.model.FunctionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `function_versions` table: one row is one published `VersionRecord`.
final class VersionTable {
    private static final String KEY = " WHERE account = ? AND region = ? AND name = ? AND version = ?";

    private VersionTable() {}

    static void insert(Session session, FunctionId function, VersionRecord version) throws SQLException {
        session.execute("""
                INSERT INTO function_versions (revision_id, state, generation, code_digest, code_size, configuration,
                    code_source, layer_digests, account, region, name, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", columns(function, version));
        LayerReferences.put(session, function, number(version), version.layers());
    }

    static void update(Session session, FunctionId function, VersionRecord version) throws SQLException {
        session.execute("""
                UPDATE function_versions SET revision_id = ?, state = ?, generation = ?, code_digest = ?,
                    code_size = ?, configuration = ?, code_source = ?, layer_digests = ?""" + KEY, columns(function, version));
        LayerReferences.put(session, function, number(version), version.layers());
    }

    private static Object[] columns(FunctionId function, VersionRecord version) {
        var shown = version.configuration();
        return new Object[] {
            shown.revisionId(),
            shown.state(),
            version.generation(),
            version.code().hex(),
            version.storedSize(),
            Documents.of(shown),
            Documents.of(version.source()),
            LayerReferences.column(version.layers()),
            function.account().value(),
            function.region().value(),
            function.name(),
            number(version)
        };
    }

    private static long number(VersionRecord version) {
        return Long.parseLong(version.configuration().version());
    }

    static Optional<VersionRecord> find(Session session, FunctionId function, long version) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT generation, code_digest, configuration, code_source, layer_digests FROM function_versions"
                                + KEY,
                        function.account().value(),
                        function.region().value(),
                        function.name(),
                        version)
                .executeQuery()) {
            return rows.next() ? Optional.of(FunctionTable.version(rows, "")) : Optional.empty();
        }
    }

    /// The published versions, in ascending order of their numbers.
    static List<VersionRecord> after(Session session, FunctionId function, long version, int limit)
            throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT generation, code_digest, configuration, code_source, layer_digests FROM function_versions
                        WHERE account = ? AND region = ? AND name = ? AND version > ?
                        ORDER BY version LIMIT ?""", function.account().value(), function.region().value(), function.name(), version, limit)
                .executeQuery()) {
            return records(rows);
        }
    }

    /// The published versions that are on their way to another state.
    static List<VersionRecord> pending(Session session, FunctionId function) throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT generation, code_digest, configuration, code_source, layer_digests FROM function_versions
                        WHERE state = 'Pending' AND account = ? AND region = ? AND name = ?
                        ORDER BY version""", function.account().value(), function.region().value(), function.name())
                .executeQuery()) {
            return records(rows);
        }
    }

    private static List<VersionRecord> records(ResultSet rows) throws SQLException {
        var found = new ArrayList<VersionRecord>();
        while (rows.next()) {
            found.add(FunctionTable.version(rows, ""));
        }
        return found;
    }

    /// The numbers of the newest published versions, in descending order.
    static List<String> newest(Session session, FunctionId function, int limit) throws SQLException {
        try (var rows = session.prepare(
                        """
                        SELECT version FROM function_versions WHERE account = ? AND region = ? AND name = ?
                        ORDER BY version DESC LIMIT ?""", function.account().value(), function.region().value(), function.name(), limit)
                .executeQuery()) {
            var found = new ArrayList<String>();
            while (rows.next()) {
                found.add(Long.toString(rows.getLong("version")));
            }
            return found;
        }
    }

    static void delete(Session session, FunctionId function, long version) throws SQLException {
        session.execute(
                "DELETE FROM function_versions" + KEY,
                function.account().value(),
                function.region().value(),
                function.name(),
                version);
        LayerReferences.remove(session, function, version);
    }
}
