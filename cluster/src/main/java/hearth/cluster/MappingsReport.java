package hearth.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/// The event source mappings of all accounts, read beside a server that may be at work on them.
public final class MappingsReport {
    private MappingsReport() {}

    /// @return empty where nothing is kept yet
    public static List<MappingRecord> read(Path data) {
        var file = data.resolve(Store.FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        try (var session = EmbeddedDatabase.openToRead(file)) {
            return MappingTable.all(session);
        } catch (SQLException e) {
            throw new StoreException("The mappings in %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /// @return empty where no Hearth has kept anything yet
    public static List<MappingRecord> read(StoreUrl url) {
        try (var connection = PostgresDatabase.connect(url);
                var session = new Session(connection, PostgresDialect.INSTANCE);
                var rows = session.prepare("SELECT to_regclass('event_source_mappings') IS NOT NULL")
                        .executeQuery()) {
            rows.next();
            return rows.getBoolean(1) ? MappingTable.all(session) : List.of();
        } catch (SQLException e) {
            throw new StoreException("The mappings in %s cannot be read: %s".formatted(url, e.getMessage()), e);
        }
    }
}
