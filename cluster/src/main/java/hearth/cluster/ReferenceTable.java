package hearth.cluster;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.api.ResolvedS3Object;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `code_references` table: one row is one `CodeReference`.
final class ReferenceTable {
    private ReferenceTable() {}

    /// Adds the reference, unless it is there.
    static void put(Session session, CodeReference reference) throws SQLException {
        session.execute(
                """
                INSERT INTO code_references (id, object, content_digest, size, unzipped_size) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING""",
                reference.id().hex(),
                Documents.of(reference.object()),
                reference.content().hex(),
                reference.size().count(),
                reference.unzipped().count());
    }

    static Optional<CodeReference> find(Session session, CodeDigest id) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT object, content_digest, size, unzipped_size FROM code_references WHERE id = ?",
                        id.hex())
                .executeQuery()) {
            return rows.next()
                    ? Optional.of(new CodeReference(
                            id,
                            Documents.read(rows.getString("object"), ResolvedS3Object::read),
                            new CodeDigest(rows.getString("content_digest")),
                            new Bytes(rows.getLong("size")),
                            new Bytes(rows.getLong("unzipped_size"))))
                    : Optional.empty();
        }
    }

    static List<CodeDigest> ids(Session session) throws SQLException {
        try (var rows = session.prepare("SELECT id FROM code_references").executeQuery()) {
            var ids = new ArrayList<CodeDigest>();
            while (rows.next()) {
                ids.add(new CodeDigest(rows.getString("id")));
            }
            return ids;
        }
    }

    static void delete(Session session, CodeDigest id) throws SQLException {
        session.execute("DELETE FROM code_references WHERE id = ?", id.hex());
    }

    /// The active versions whose own code, not that of a layer, stays in S3.
    static List<ReferringVersion> users(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT account, region, name, '$LATEST' AS qualifier, r.id AS reference
                        FROM code_references r JOIN functions f ON f.code_digest = r.id WHERE f.state = 'Active'
                        UNION ALL
                        SELECT account, region, name, CAST(v.version AS VARCHAR(20)) AS qualifier, r.id AS reference
                        FROM code_references r JOIN function_versions v ON v.code_digest = r.id
                        WHERE v.state = 'Active'""").executeQuery()) {
            var users = new ArrayList<ReferringVersion>();
            while (rows.next()) {
                users.add(new ReferringVersion(
                        FunctionTable.id(rows),
                        rows.getString("qualifier"),
                        new CodeDigest(rows.getString("reference"))));
            }
            return users;
        }
    }
}
