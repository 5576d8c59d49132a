package hearth.cluster;

import java.sql.PreparedStatement;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;

/// SQLite by its driver of Xerial.
enum SqliteDialect implements Dialect {
    INSTANCE;

    /// The driver does so with one that met an error of the engine, such as a full disk.
    @Override
    public boolean isGivenUp(PreparedStatement statement) {
        return ((CoreStatement) statement).pointer.isClosed();
    }

    @Override
    public @Nullable Object adapted(@Nullable Object parameter) {
        return parameter;
    }
}
