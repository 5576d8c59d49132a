package hearth.cluster;

import hearth.cluster.PackageRow.State;
import hearth.model.CodeDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The `packages` table: one row is one package.
final class PackageTable {
    /// What the columns that refer to packages hold, by the name `digest`.
    private static final String REFERENCES = """
            SELECT code_digest AS digest FROM functions
            UNION SELECT serving_code_digest AS digest FROM functions WHERE serving_code_digest IS NOT NULL
            UNION SELECT code_digest AS digest FROM function_versions
            UNION SELECT code_digest AS digest FROM layer_versions
            UNION SELECT digest FROM function_layers""";

    private PackageTable() {}

    static Optional<PackageRow> find(Session session, CodeDigest digest) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT incarnation, state, held_until FROM packages WHERE digest = ?", digest.hex())
                .executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            long incarnation = rows.getLong("incarnation");
            var state = State.of(rows.getString("state"));
            long heldUntil = rows.getLong("held_until");
            return Optional.of(new PackageRow(
                    digest, incarnation, state, rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(heldUntil)));
        }
    }

    /// Holds the package until then at least, and adds its row if there is none.
    ///
    /// @param state of a new row, which has no object yet
    static void hold(Session session, CodeDigest digest, State state, long until) throws SQLException {
        session.execute("""
                INSERT INTO packages (digest, incarnation, state, held_until) VALUES (?, 0, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET held_until = CASE
                    WHEN packages.held_until > excluded.held_until THEN packages.held_until
                    ELSE excluded.held_until END""", digest.hex(), state.text(), until);
    }

    /// A number that no object has had.
    static long nextIncarnation(Session session) throws SQLException {
        session.execute("UPDATE sequences SET next_value = next_value + 1 WHERE name = 'package'");
        try (var rows = session.prepare("SELECT next_value FROM sequences WHERE name = 'package'")
                .executeQuery()) {
            rows.next();
            return rows.getLong(1) - 1;
        }
    }

    /// Says which object a package gets.
    static void name(Session session, ObjectName name) throws SQLException {
        session.execute(
                "UPDATE packages SET incarnation = ? WHERE digest = ?",
                name.incarnation(),
                name.digest().hex());
    }

    /// Notes that the object is in the bucket, and holds it from now on; false when it is this package's no more.
    static boolean stored(Session session, ObjectName name, long until) throws SQLException {
        return session.execute("""
                        UPDATE packages SET state = 'stored', held_until = CASE
                            WHEN held_until > ? THEN held_until ELSE ? END
                        WHERE digest = ? AND incarnation = ?""", until, until, name.digest().hex(), name.incarnation()) == 1;
    }

    /// Keeps others from removing the package before this transaction is committed; false when nothing may refer to it.
    /// It is an UPDATE that changes nothing because that locks the row, in every engine.
    static boolean lock(Session session, CodeDigest digest) throws SQLException {
        return session.execute(
                        "UPDATE packages SET incarnation = incarnation WHERE digest = ? AND state <> 'arriving'",
                        digest.hex())
                == 1;
    }

    /// As `lock`, of a package that nobody holds any more.
    static boolean lockUnheld(Session session, CodeDigest digest, long now) throws SQLException {
        return session.execute(
                        "UPDATE packages SET incarnation = incarnation WHERE digest = ? AND held_until <= ?",
                        digest.hex(),
                        now)
                == 1;
    }

    /// Has the package kept until then, if it is one of ours, and looked at afterwards.
    static void lookAgain(Session session, CodeDigest digest, long at) throws SQLException {
        session.execute("""
                UPDATE packages SET held_until = CASE WHEN held_until > ? THEN held_until ELSE ? END
                WHERE digest = ?""", at, at, digest.hex());
    }

    /// Notes that something refers to it: it is not looked at before that changes.
    static void settle(Session session, CodeDigest digest) throws SQLException {
        session.execute("UPDATE packages SET held_until = NULL WHERE digest = ?", digest.hex());
    }

    static void delete(Session session, CodeDigest digest) throws SQLException {
        session.execute("DELETE FROM packages WHERE digest = ?", digest.hex());
    }

    /// Packages that nobody holds any more, those first that were longest so.
    static List<CodeDigest> unheld(Session session, long now, int most) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT digest FROM packages WHERE held_until <= ? ORDER BY held_until, digest LIMIT ?",
                        now,
                        most)
                .executeQuery()) {
            var found = new ArrayList<CodeDigest>();
            while (rows.next()) {
                found.add(new CodeDigest(rows.getString(1)));
            }
            return found;
        }
    }

    static List<CodeDigest> in(Session session, State state) throws SQLException {
        try (var rows = session.prepare("SELECT digest FROM packages WHERE state = ?", state.text())
                .executeQuery()) {
            var found = new ArrayList<CodeDigest>();
            while (rows.next()) {
                found.add(new CodeDigest(rows.getString(1)));
            }
            return found;
        }
    }

    /// Adds rows for all that is in use and has none: a server without a bucket makes none.
    static void adopt(Session session) throws SQLException {
        session.execute("""
                INSERT INTO packages (digest, incarnation, state, held_until)
                SELECT digest, 0, CASE WHEN EXISTS (SELECT 1 FROM code_references WHERE id = digest)
                    THEN 'referred' ELSE 'local' END, NULL
                FROM (%s) AS used
                WHERE NOT EXISTS (SELECT 1 FROM packages WHERE packages.digest = used.digest)
                ON CONFLICT DO NOTHING""".formatted(REFERENCES));
    }

    /// Has all looked at that nothing refers to and that nobody would look at: left by a server without a bucket.
    static void findForgotten(Session session, long at) throws SQLException {
        session.execute("""
                UPDATE packages SET held_until = ? WHERE held_until IS NULL
                AND digest NOT IN (%s)""".formatted(REFERENCES), at);
        session.execute("""
                INSERT INTO packages (digest, incarnation, state, held_until)
                SELECT id, 0, 'referred', CAST(? AS BIGINT) FROM code_references
                WHERE NOT EXISTS (SELECT 1 FROM packages WHERE packages.digest = code_references.id)
                ON CONFLICT DO NOTHING""", at);
    }
}
