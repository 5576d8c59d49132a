package hearth.cluster;

import java.sql.SQLException;

/// A database whose tables are brought up to date.
interface SchemaTarget {
    /// The version of its tables, 0 for none.
    int version() throws SQLException;

    /// The version of the oldest schema whose programs can use these tables; at most `version`.
    int usableSince() throws SQLException;

    /// Applies a migration together with the version that it makes: both, or neither.
    ///
    /// @param usableSince the version of the oldest schema whose programs can use the tables then
    void apply(String script, int version, int usableSince) throws SQLException;
}
