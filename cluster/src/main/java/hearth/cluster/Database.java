package hearth.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/// The embedded engine: SQLite in WAL mode, where an acknowledged write has been synced to the disk, one writer, and
/// readers that it does not hold up.
final class Database implements AutoCloseable {
    private static final int READERS = 4;

    /// The lock on the data folder keeps other Hearths out; this is for an operator's `sqlite3` shell.
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;

    private final Writer writer;
    private final Readers readers;

    private Database(Writer writer, Readers readers) {
        this.writer = writer;
        this.readers = readers;
    }

    /// Opens the file, or makes it, and brings its schema to the version that this build knows.
    ///
    /// @param name of the thread that writes
    static Database open(Path file, Schema schema, String name) throws IOException, SQLException {
        var url = "jdbc:sqlite:" + file.toAbsolutePath();
        var connection = connect(url, false);
        try {
            schema.bringUpToDate(connection);
            writeBy(connection);
        } catch (SQLException | IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
        var sessions = new ArrayList<Session>();
        for (int i = 0; i < READERS; i++) {
            sessions.add(new Session(connect(url, true)));
        }
        return new Database(new Writer(connection, name), new Readers(sessions));
    }

    /// Opens a file that another process may have open, to be read by one thread.
    static Session openToRead(Path file) throws SQLException {
        return new Session(connect("jdbc:sqlite:" + file.toAbsolutePath(), true));
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

    <T> T read(Transaction<T> transaction) {
        return readers.read(transaction);
    }

    /// See `Writer.write`.
    <T> T write(Transaction<T> transaction) {
        return writer.write(transaction);
    }

    /// See `Writer.write`.
    <T> T write(Transaction<T> transaction, Consumer<T> committed) {
        return writer.write(transaction, committed);
    }

    /// See `Writer.submit`.
    <T> CompletableFuture<T> submit(Transaction<T> transaction) {
        return writer.submit(transaction);
    }

    @Override
    public void close() throws SQLException {
        try (readers) {
            writer.close();
        }
    }
}
