package hearth.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// The embedded store: one data folder, used by one process at a time.
///
/// Beside `lock` the folder holds `hearth.db` (SQLite) and `objects/` (deployment packages).
public final class Store implements AutoCloseable {
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

    private Store(Optional<DataFolderLock> ownLock, Database database, BlobStore blobs) {
        this.ownLock = ownLock;
        this.database = database;
        this.blobs = blobs;
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
            var database = Database.open(data.resolve("hearth.db"), Schema.STORE, "store-writer");
            var blobs = new BlobStore(data.resolve("objects"), database, packageRemovalDelay);
            blobs.sweep();
            return new Store(ownLock, database, blobs);
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(data, e.getMessage()), e);
        }
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
            database.close();
        } catch (SQLException e) {
            throw new StoreException("The store could not be closed: " + e.getMessage(), e);
        } finally {
            ownLock.ifPresent(DataFolderLock::close);
        }
    }
}
