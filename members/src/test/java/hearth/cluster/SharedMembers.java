package hearth.cluster;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Random;

/// The members' part of a store that several processes have open.
public final class SharedMembers implements AutoCloseable {
    private final PostgresDatabase database;

    private SharedMembers(PostgresDatabase database) {
        this.database = database;
    }

    public static SharedMembers open(String url) throws IOException, SQLException {
        return new SharedMembers(PostgresDatabase.open(
                StoreUrl.parse(url),
                Schema.POSTGRES_STORE,
                PostgresDatabase.Isolation.SERIALIZABLE,
                "store-writer",
                new Random()));
    }

    public MemberStore store() {
        return new MemberStore(database);
    }

    @Override
    public void close() {
        database.close();
    }
}
