package hearth.cluster;

import hearth.model.FunctionId;
import java.sql.SQLException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The engine below the tables: SQLite in the data folder for one process, or PostgreSQL for several.
///
/// Whatever is written has been synced to the engine's disk when its writer is answered, and stands alone: as if one
/// transaction were made after the other.
sealed interface Database extends AutoCloseable permits EmbeddedDatabase, PostgresDatabase {
    /// Reads. Each statement sees what was committed when it began, and waits for no writer.
    <T> T read(Transaction<T> transaction);

    /// Runs the transaction and returns once it is on the disk.
    ///
    /// @param transaction may be run more than once, of which all but the last come to nothing
    /// @param committed told of the result after it is on the disk and before this method returns; must not block
    <T> T write(Transaction<T> transaction, Consumer<T> committed);

    /// See `write(Transaction, Consumer)`.
    default <T> T write(Transaction<T> transaction) {
        return write(transaction, _ -> {});
    }

    /// Runs the transaction, and does not wait for it. Several are made one on the disk, so it must not decide by what
    /// it reads.
    ///
    /// @return complete once it is on the disk, or when it failed; by the thread that writes, which nobody may
    ///     block
    <T> CompletableFuture<T> submit(Transaction<T> transaction);

    /// Numbers that nobody was given before, in any process, and that are higher than all that were.
    Block numbers(String sequence);

    /// Has the other processes that use the database told of a function that this transaction changes.
    ///
    /// @param settings the kinds of settings that it changes
    void announce(Session session, FunctionId function, Collection<String> settings) throws SQLException;

    /// Has the listener told of functions that other processes have changed. Called once, before anything is read that
    /// it is to keep right.
    void follow(ChangeListener listener);

    /// Has all processes that use the database look at a topic that this transaction changes.
    void touch(Session session, Topic topic) throws SQLException;

    /// Has the listener told each time that any process has changed a topic, this one too, once somebody follows.
    /// It may read from the database; when that fails it is told again.
    void onChange(Topic topic, Runnable listener);

    /// Has the listener of `follow` told of a change of this process again, which it could not take in when it
    /// was made.
    void tellAgain(FunctionId function, Collection<String> settings);

    @Override
    void close() throws SQLException;

    /// @param first of the numbers
    /// @param end above the last of them
    record Block(long first, long end) {}

    /// Hears of functions that other processes changed, in the order of the changes to each.
    @FunctionalInterface
    interface ChangeListener {
        /// @param settings the kinds of settings that changed with it
        /// @return false when it is to be told again, since something that it depends on failed
        boolean changed(FunctionId function, Collection<String> settings);
    }
}
