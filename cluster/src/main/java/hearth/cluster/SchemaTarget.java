package hearth.cluster;

import java.sql.SQLException;

/// A database whose tables are brought up to date.
interface SchemaTarget {
    /// The version of its tables, 0 for none.
    int version() throws SQLException;

    /// Applies a migration together with the version that it makes: both, or neither.
    void apply(String script, int version) throws SQLException;
}
