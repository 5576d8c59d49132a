package hearth.cluster;

import java.sql.SQLException;

/// Work that reads or writes within one database transaction.
@FunctionalInterface
interface Transaction<T> {
    T run(Session session) throws SQLException;
}
