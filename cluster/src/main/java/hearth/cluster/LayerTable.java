package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.LayerId;
import hearth.model.LayerVersionId;
import hearth.model.Region;
import hearth.model.api.LayerVersionsListItem;
import hearth.model.api.ResolvedS3Object;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tables `layers` and `layer_versions`: a row of the second is one `LayerVersionRecord`.
final class LayerTable {
    private static final String COLUMNS = """
            SELECT v.account, v.region, v.name, v.version, v.code_digest, v.code_size, v.document, v.revision_id,
                v.policy, r.object, r.content_digest, r.size
            FROM layer_versions v LEFT JOIN code_references r ON r.id = v.code_digest""";

    private static final String KEY = " WHERE account = ? AND region = ? AND name = ? AND version = ?";

    /// The condition that a `LayerFilter` sets; each value stands twice.
    private static final String COMPATIBLE = """
             AND (CAST(? AS VARCHAR(64)) IS NULL OR EXISTS (SELECT 1 FROM layer_compatibilities c
                WHERE c.account = v.account AND c.region = v.region AND c.name = v.name AND c.version = v.version
                    AND c.kind = 'runtime' AND c.value = ?))
             AND (CAST(? AS VARCHAR(64)) IS NULL OR EXISTS (SELECT 1 FROM layer_compatibilities c
                WHERE c.account = v.account AND c.region = v.region AND c.name = v.name AND c.version = v.version
                    AND c.kind = 'architecture' AND c.value = ?))
            """;

    private LayerTable() {}

    /// A number that no version of this layer had before.
    static long nextVersion(Session session, LayerId layer) throws SQLException {
        session.execute("""
                INSERT INTO layers (account, region, name, version_counter) VALUES (?, ?, ?, 1)
                ON CONFLICT (account, region, name) DO UPDATE SET version_counter = layers.version_counter + 1""", layer.account().value(), layer.region().value(), layer.name());
        try (var rows = session.prepare(
                        "SELECT version_counter FROM layers WHERE account = ? AND region = ? AND name = ?",
                        layer.account().value(),
                        layer.region().value(),
                        layer.name())
                .executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static void insert(Session session, LayerVersionRecord version) throws SQLException {
        session.execute(
                """
                INSERT INTO layer_versions (code_digest, code_size, document, revision_id, policy,
                    account, region, name, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                version.code().hex(),
                version.resolved().isPresent() ? 0 : version.codeSize(),
                Documents.of(version.shown()),
                version.revisionId(),
                version.policy().orElse(null),
                version.id().layer().account().value(),
                version.id().layer().region().value(),
                version.id().layer().name(),
                version.id().number());
        insertCompatibilities(session, version.id(), "runtime", version.shown().compatibleRuntimes());
        insertCompatibilities(
                session, version.id(), "architecture", version.shown().compatibleArchitectures());
    }

    /// What lists are filtered by.
    private static void insertCompatibilities(
            Session session, LayerVersionId version, String kind, @Nullable List<String> values) throws SQLException {
        for (var value : values == null ? Set.<String>of() : Set.copyOf(values)) {
            session.execute(
                    """
                    INSERT INTO layer_compatibilities (account, region, name, version, kind, value)
                    VALUES (?, ?, ?, ?, ?, ?)""",
                    version.layer().account().value(),
                    version.layer().region().value(),
                    version.layer().name(),
                    version.number(),
                    kind,
                    value);
        }
    }

    /// Nothing else of a version ever changes.
    static void updatePolicy(Session session, LayerVersionRecord version) throws SQLException {
        session.execute(
                "UPDATE layer_versions SET revision_id = ?, policy = ?" + KEY,
                version.revisionId(),
                version.policy().orElse(null),
                version.id().layer().account().value(),
                version.id().layer().region().value(),
                version.id().layer().name(),
                version.id().number());
    }

    static void delete(Session session, LayerVersionId version) throws SQLException {
        session.execute("DELETE FROM layer_versions" + KEY, key(version));
    }

    static Optional<LayerVersionRecord> find(Session session, LayerVersionId version) throws SQLException {
        return read(session.prepare(COLUMNS + KEY, key(version))).stream().findFirst();
    }

    /// The newest first.
    ///
    /// @param before the number that all are lower than
    static List<LayerVersionRecord> versions(Session session, LayerId layer, long before, LayerFilter filter, int limit)
            throws SQLException {
        return read(session.prepare(
                COLUMNS + " WHERE account = ? AND region = ? AND name = ? AND version < ?" + COMPATIBLE
                        + "ORDER BY version DESC LIMIT ?",
                layer.account().value(),
                layer.region().value(),
                layer.name(),
                before,
                filter.runtime(),
                filter.runtime(),
                filter.architecture(),
                filter.architecture(),
                limit));
    }

    /// The newest version of each layer that passes the filter, by the layers' names.
    static List<LayerVersionRecord> newest(
            Session session, AccountId account, Region region, String after, LayerFilter filter, int limit)
            throws SQLException {
        return read(session.prepare(
                COLUMNS + """
                         JOIN layers l ON v.account = l.account AND v.region = l.region AND v.name = l.name
                        WHERE l.account = ? AND l.region = ? AND l.name > ? AND v.version = (
                            SELECT v.version FROM layer_versions v
                            WHERE v.account = l.account AND v.region = l.region AND v.name = l.name""" + COMPATIBLE + "ORDER BY v.version DESC LIMIT 1) ORDER BY l.name LIMIT ?",
                account.value(),
                region.value(),
                after,
                filter.runtime(),
                filter.runtime(),
                filter.architecture(),
                filter.architecture(),
                limit));
    }

    private static Object[] key(LayerVersionId version) {
        var layer = version.layer();
        return new Object[] {layer.account().value(), layer.region().value(), layer.name(), version.number()};
    }

    private static List<LayerVersionRecord> read(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<LayerVersionRecord>();
            while (rows.next()) {
                found.add(read(rows));
            }
            return found;
        }
    }

    private static LayerVersionRecord read(ResultSet row) throws SQLException {
        var layer = new LayerId(
                new AccountId(row.getString("account")), new Region(row.getString("region")), row.getString("name"));
        var object = row.getString("object");
        return new LayerVersionRecord(
                layer.version(row.getLong("version")),
                Documents.read(row.getString("document"), LayerVersionsListItem::read),
                new CodeDigest(row.getString("code_digest")),
                new CodeDigest(row.getString(object == null ? "code_digest" : "content_digest")),
                row.getLong(object == null ? "code_size" : "size"),
                Optional.ofNullable(object).map(found -> Documents.read(found, ResolvedS3Object::read)),
                row.getString("revision_id"),
                Optional.ofNullable(row.getString("policy")));
    }
}
