package hearth.cluster;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Does again what met a connection that had been lost meanwhile, as all of a pool are when the database was away.
final class Connections {
    /// By the next one the pool has thrown its old connections away, or the database is away still.
    private static final int MOST_TRIES = 3;

    /// What a failure carries of which nobody knows whether it left a commit behind.
    private static final String UNCERTAIN = "08007";

    /// Said by a server that has become a replica: it can be found at another host, or will be.
    private static final String READ_ONLY = "25006";

    private Connections() {}

    /// A commit whose answer never came: it may have been made or not.
    static SQLException uncertain(SQLException cause) {
        return new SQLException(
                "The connection was lost in the middle of a commit, which may have been made or not: "
                        + cause.getMessage(),
                UNCERTAIN,
                cause);
    }

    static boolean isUncertain(Throwable failure) {
        return UNCERTAIN.equals(state(failure));
    }

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

    /// Whether the server is gone, closed the connection (class 08, and 57P01 to 57P03) or takes no writes any more, by
    /// what callers may have wrapped. Nothing was written then.
    static boolean isLost(Throwable failure) {
        var state = state(failure);
        return (state.startsWith("08") && !state.equals(UNCERTAIN))
                || state.startsWith("57P")
                || state.equals(READ_ONLY);
    }

    private static String state(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Objects.requireNonNullElse(sql.getSQLState(), "");
            }
        }
        return "";
    }

    /// Has the pool part with a connection to a server that takes no writes any more, as it does with lost ones.
    static final class Eviction implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException failure) {
            return READ_ONLY.equals(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }
}
