package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.FunctionCodeLocation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Optional;

/// The `functions` table: one row is one `FunctionRecord`.
final class FunctionTable {
    private static final String KEY = " WHERE account = ? AND region = ? AND name = ?";

    private FunctionTable() {}

    /// False when there is one of this name.
    static boolean insert(Session session, FunctionRecord function) throws SQLException {
        boolean inserted = session.execute("""
                        INSERT INTO functions (revision_id, state, update_status, generation, code_digest, code_size,
                            configuration, code_source, layer_digests, serving_generation, serving_code_digest,
                            serving_configuration, serving_code_source, serving_layer_digests, version_counter,
                            published_generation, tags, account, region, name)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT DO NOTHING""", columns(function)) == 1;
        if (inserted) {
            refer(session, function);
        }
        return inserted;
    }

    static void update(Session session, FunctionRecord function) throws SQLException {
        session.execute("""
                UPDATE functions SET revision_id = ?, state = ?, update_status = ?, generation = ?, code_digest = ?,
                    code_size = ?, configuration = ?, code_source = ?, layer_digests = ?, serving_generation = ?,
                    serving_code_digest = ?, serving_configuration = ?, serving_code_source = ?,
                    serving_layer_digests = ?, version_counter = ?, published_generation = ?, tags = ?""" + KEY, columns(function));
        refer(session, function);
    }

    private static void refer(Session session, FunctionRecord function) throws SQLException {
        var layers = new ArrayList<>(function.latest().layers());
        layers.addAll(function.serving().layers());
        LayerReferences.put(session, function.id(), LayerReferences.LATEST, layers);
    }

    private static Object[] columns(FunctionRecord function) {
        var latest = function.latest();
        var shown = latest.configuration();
        var serving = function.previous();
        var id = function.id();
        return new Object[] {
            shown.revisionId(),
            shown.state(),
            shown.lastUpdateStatus(),
            latest.generation(),
            latest.code().hex(),
            latest.storedSize(),
            Documents.of(shown),
            Documents.of(latest.source()),
            LayerReferences.column(latest.layers()),
            serving.map(VersionRecord::generation).orElse(null),
            serving.map(VersionRecord::code).map(CodeDigest::hex).orElse(null),
            serving.map(VersionRecord::configuration).map(Documents::of).orElse(null),
            serving.map(VersionRecord::source).map(Documents::of).orElse(null),
            serving.map(VersionRecord::layers).map(LayerReferences::column).orElse(null),
            function.versionCounter(),
            function.publishedGeneration(),
            Documents.of(function.tags()),
            id.account().value(),
            id.region().value(),
            id.name()
        };
    }

    static Optional<FunctionRecord> find(Session session, FunctionId id) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT generation, code_digest, configuration, code_source, layer_digests, serving_generation,
                            serving_code_digest, serving_configuration, serving_code_source, serving_layer_digests,
                            version_counter, published_generation, tags
                        FROM functions""" + KEY, key(id)).executeQuery()) {
            return rows.next() ? Optional.of(read(id, rows)) : Optional.empty();
        }
    }

    private static FunctionRecord read(FunctionId id, ResultSet row) throws SQLException {
        Optional<VersionRecord> previous = row.getString("serving_configuration") == null
                ? Optional.empty()
                : Optional.of(version(row, "serving_"));
        return new FunctionRecord(
                id,
                version(row, ""),
                previous,
                row.getLong("version_counter"),
                row.getLong("published_generation"),
                Documents.tags(row.getString("tags")));
    }

    /// The version in five columns of a row, whose names begin with the prefix.
    static VersionRecord version(ResultSet row, String prefix) throws SQLException {
        return new VersionRecord(
                Documents.configuration(row.getString(prefix + "configuration")),
                new CodeDigest(row.getString(prefix + "code_digest")),
                row.getLong(prefix + "generation"),
                Documents.read(row.getString(prefix + "code_source"), FunctionCodeLocation::read),
                LayerReferences.read(row.getString(prefix + "layer_digests")));
    }

    /// Its versions go with it.
    static boolean delete(Session session, FunctionId id) throws SQLException {
        return session.execute("DELETE FROM functions" + KEY, key(id)) == 1;
    }

    static Object[] key(FunctionId id) {
        return new Object[] {id.account().value(), id.region().value(), id.name()};
    }

    static FunctionId id(ResultSet row) throws SQLException {
        return new FunctionId(
                new AccountId(row.getString("account")), new Region(row.getString("region")), row.getString("name"));
    }
}
