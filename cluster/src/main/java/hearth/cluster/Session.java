package hearth.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection with its prepared statements. Used by one thread at a time.
final class Session implements AutoCloseable {
    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Session(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /// The statement for this text, with its first parameters set. A caller reads its whole result before it asks
    /// for the same text again.
    PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        var statement = statements.get(sql);
        if (statement == null || dialect.isGivenUp(statement)) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, dialect.adapted(parameters[i]));
        }
        return statement;
    }

    int execute(String sql, @Nullable Object... parameters) throws SQLException {
        return prepare(sql, parameters).executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
