package hearth.cluster;

import java.sql.PreparedStatement;
import org.jspecify.annotations.Nullable;

/// What a connection's driver and engine do in a way of their own.
interface Dialect {
    /// Whether the driver has closed a statement by itself, so that it must be made anew.
    boolean isGivenUp(PreparedStatement statement);

    /// A parameter as the engine takes it.
    @Nullable
    Object adapted(@Nullable Object parameter);
}
