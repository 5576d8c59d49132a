package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The content of layers that functions run with: as a column of a version, and as the `function_layers` table, which
/// says what is in use.
final class LayerReferences {
    /// Stands for `$LATEST`.
    static final long LATEST = 0;

    private LayerReferences() {}

    static String column(List<CodeDigest> layers) {
        return layers.stream().map(CodeDigest::hex).collect(Collectors.joining(" "));
    }

    static List<CodeDigest> read(String column) {
        return column.isEmpty()
                ? List.of()
                : Arrays.stream(column.split(" ")).map(CodeDigest::new).toList();
    }

    /// Replaces what one version refers to.
    static void put(Session session, FunctionId function, long version, Collection<CodeDigest> layers)
            throws SQLException {
        remove(session, function, version);
        for (var digest : Set.copyOf(layers)) {
            session.execute(
                    "INSERT INTO function_layers (account, region, name, version, digest) VALUES (?, ?, ?, ?, ?)",
                    function.account().value(),
                    function.region().value(),
                    function.name(),
                    version,
                    digest.hex());
        }
    }

    static void remove(Session session, FunctionId function, long version) throws SQLException {
        session.execute(
                "DELETE FROM function_layers WHERE account = ? AND region = ? AND name = ? AND version = ?",
                function.account().value(),
                function.region().value(),
                function.name(),
                version);
    }
}
