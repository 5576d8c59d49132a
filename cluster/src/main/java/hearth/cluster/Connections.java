package hearth.cluster;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/// Does again what met a connection that had been lost meanwhile, as all of a pool are when the database was away.
final class Connections {
    /// By the next one the pool has thrown its old connections away, or the database is away still.
    private static final int MOST_TRIES = 3;

    private Connections() {}

    /// @param attempt has no effect where its connection is lost
    static <T> T persist(Conflicts.Try<T> attempt) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                return attempt.run();
            } catch (SQLException | StoreException e) {
                // Of the last kind is what a pool says that has waited long for a connection.
                if (tries == MOST_TRIES || !isLost(e) || e instanceof SQLTransientConnectionException) {
                    throw e;
                }
            }
        }
    }

    /// Whether the server is gone or closed the connection (class 08, and 57P01 to 57P03), by what callers may
    /// have wrapped.
    static boolean isLost(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                var state = sql.getSQLState();
                return state != null && (state.startsWith("08") || state.startsWith("57P"));
            }
        }
        return false;
    }
}
