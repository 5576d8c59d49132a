package hearth.cluster;

import java.sql.SQLException;

/// What reads or writes within one database transaction.
@FunctionalInterface
interface Transaction<T> {
    T run(Session session) throws SQLException;
}
