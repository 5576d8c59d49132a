package hearth.cluster;

import hearth.model.FunctionId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/// The embedded engine: SQLite in WAL mode, where an acknowledged write has been synced to the disk, one writer, and
/// readers that it does not hold up.
final class EmbeddedDatabase implements Database {
    private static final int READERS = 4;
    private static final long BLOCK = 10_000;

    /// The lock on the data folder keeps other Hearths out; this is for an operator's `sqlite3` shell.
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;

    private final Writer writer;
    private final Readers readers;

    private EmbeddedDatabase(Writer writer, Readers readers) {
        this.writer = writer;
        this.readers = readers;
    }

    /// Opens the file, or makes it, and brings its schema to the version that this build knows.
    ///
    /// @param name of the thread that writes
    static EmbeddedDatabase open(Path file, Schema schema, String name) throws IOException, SQLException {
        var url = "jdbc:sqlite:" + file.toAbsolutePath();
        var connection = connect(url, false);
        try {
            schema.bringUpToDate(new SqliteSchemaTarget(connection));
            writeBy(connection);
        } catch (SQLException | IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
        var sessions = new ArrayList<Session>();
        for (int i = 0; i < READERS; i++) {
            sessions.add(session(connect(url, true)));
        }
        return new EmbeddedDatabase(new Writer(session(connection), name), new Readers(sessions));
    }

    /// Opens a file that another process may have open, to be read by one thread.
    static Session openToRead(Path file) throws SQLException {
        return session(connect(file));
    }

    /// A connection by itself, for reading.
    static Connection connect(Path file) throws SQLException {
        return connect("jdbc:sqlite:" + file.toAbsolutePath(), true);
    }

    /// Leaves transactions to the writer. The driver would begin the next one in the step that ends one, so that
    /// nobody knew which of both failed; and none any more after one that the engine has undone by itself.
    private static void writeBy(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.executeUpdate("ROLLBACK");
        }
    }

    private static Connection connect(String url, boolean readOnly) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // Nobody asks for them, and the driver would query each insert's: two fifths of the writer's time for an event.
        config.setGetGeneratedKeys(false);
        config.setReadOnly(readOnly);
        // Not by the DriverManager, which looks into every jar for drivers.
        return JDBC.createConnection(url, config.toProperties());
    }

    private static Session session(Connection connection) {
        return new Session(connection, SqliteDialect.INSTANCE);
    }

    @Override
    public <T> T read(Transaction<T> transaction) {
        return readers.read(transaction);
    }

    @Override
    public <T> T write(Transaction<T> transaction, Consumer<T> committed) {
        return writer.write(transaction, committed);
    }

    @Override
    public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
        return writer.submit(transaction);
    }

    /// The one process that has the file takes many at a time, so that almost every number costs no write; a block
    /// cut short by a restart leaves a gap.
    @Override
    public Block numbers(String sequence) {
        long end = write(session -> {
            session.execute("UPDATE sequences SET next_value = next_value + ? WHERE name = ?", BLOCK, sequence);
            try (var rows = session.prepare("SELECT next_value FROM sequences WHERE name = ?", sequence)
                    .executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
        return new Block(end - BLOCK, end);
    }

    /// There is nobody else who would have to be told.
    @Override
    public void announce(Session session, FunctionId function, Collection<String> settings) {}

    @Override
    public void follow(ChangeListener listener) {}

    /// There are no other processes.
    @Override
    public void touch(Session session, Topic topic) {}

    @Override
    public void onChange(Topic topic, Runnable listener) {}

    /// What listeners depend on is in this process: they would fail again.
    @Override
    public void tellAgain(FunctionId function, Collection<String> settings) {}

    @Override
    public void close() throws SQLException {
        try (readers) {
            writer.close();
        }
    }
}
