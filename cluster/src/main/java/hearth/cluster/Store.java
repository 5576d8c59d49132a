package hearth.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// What the control plane keeps: in a data folder, used by one process at a time, or in a PostgreSQL database.
///
/// Beside `lock` the folder holds `hearth.db` (SQLite), unless there is such a database, and `objects/` (deployment
/// packages).
public final class Store implements AutoCloseable {
    static final String FILE = "hearth.db";

    /// As long as a URL to a package is good, and longer than a worker takes from resolving a function to having its
    /// code.
    private static final Duration PACKAGE_REMOVAL_DELAY = Duration.ofMinutes(10);

    /// The lock on the folder, where this store took it by itself.
    private final Optional<DataFolderLock> ownLock;

    private final Database database;
    private final BlobStore blobs;
    private final FunctionStore functions;
    private final LayerStore layers;
    private final MappingStore mappings;
    private final SigningStore signing;

    private final Optional<StoreLease> lease;

    private Store(Optional<DataFolderLock> ownLock, Database database, BlobStore blobs, Optional<StoreLease> lease) {
        this.ownLock = ownLock;
        this.database = database;
        this.blobs = blobs;
        this.lease = lease;
        this.functions = new FunctionStore(database, blobs);
        this.layers = new LayerStore(database, blobs);
        this.mappings = new MappingStore(database);
        this.signing = new SigningStore(database);
    }

    /// Opens the store in this folder, making what is not there yet. Throws `StoreUnavailableException` when another
    /// process uses the folder, or a newer Hearth wrote it.
    public static Store open(Path data) {
        return open(data, PACKAGE_REMOVAL_DELAY);
    }

    /// Opens the store in the folder whose lock is held. Whoever took the lock closes it, after the store.
    public static Store open(DataFolderLock lock) {
        return open(lock, Optional.empty(), PACKAGE_REMOVAL_DELAY);
    }

    /// Opens the store in a PostgreSQL database, with its packages in the folder whose lock is held. Throws
    /// `StoreUnavailableException` when another server has the database, or a newer Hearth wrote it.
    ///
    /// @param random may be used by many threads at once
    /// @param lost told when another server has taken the database, which this one must not use any more
    public static Store open(DataFolderLock lock, StoreUrl url, RandomGenerator random, Runnable lost) {
        return open(
                lock,
                url,
                PACKAGE_REMOVAL_DELAY,
                random,
                database -> Optional.of(StoreLease.take(database, url, random, lost)));
    }

    /// Opens a PostgreSQL database that others may have open as well: for tests of what they tell each other.
    static Store openShared(DataFolderLock lock, StoreUrl url, Duration packageRemovalDelay, RandomGenerator random) {
        return open(lock, url, packageRemovalDelay, random, _ -> Optional.empty());
    }

    private static Store open(
            DataFolderLock lock,
            StoreUrl url,
            Duration packageRemovalDelay,
            RandomGenerator random,
            Function<Database, Optional<StoreLease>> leases) {
        try {
            var database = PostgresDatabase.open(
                    url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "store-writer", random);
            try {
                var lease = leases.apply(database);
                return open(lock, Optional.empty(), packageRemovalDelay, database, lease);
            } catch (IOException | RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(url, e.getMessage()), e);
        }
    }

    /// @param packageRemovalDelay how long a deployment package outlives the last use of it
    static Store open(Path data, Duration packageRemovalDelay) {
        var lock = DataFolderLock.take(data);
        try {
            return open(lock, Optional.of(lock), packageRemovalDelay);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Store open(DataFolderLock lock, Optional<DataFolderLock> ownLock, Duration packageRemovalDelay) {
        var data = lock.data();
        try {
            var database = EmbeddedDatabase.open(data.resolve(FILE), Schema.STORE, "store-writer");
            return open(lock, ownLock, packageRemovalDelay, database, Optional.empty());
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(data, e.getMessage()), e);
        }
    }

    private static Store open(
            DataFolderLock lock,
            Optional<DataFolderLock> ownLock,
            Duration packageRemovalDelay,
            Database database,
            Optional<StoreLease> lease)
            throws IOException {
        var blobs = new BlobStore(lock.data().resolve("objects"), database, packageRemovalDelay);
        blobs.sweep();
        return new Store(ownLock, database, blobs, lease);
    }

    public FunctionStore functions() {
        return functions;
    }

    public LayerStore layers() {
        return layers;
    }

    public MappingStore mappings() {
        return mappings;
    }

    public SigningStore signing() {
        return signing;
    }

    public BlobStore blobs() {
        return blobs;
    }

    /// Ends all writing; every acknowledged write is kept. Safe to repeat.
    @Override
    public void close() {
        try {
            blobs.close();
            lease.ifPresent(StoreLease::close);
            database.close();
        } catch (SQLException e) {
            throw new StoreException("The store could not be closed: " + e.getMessage(), e);
        } finally {
            ownLock.ifPresent(DataFolderLock::close);
        }
    }
}
