package hearth.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// The embedded store: one data folder, used by one process at a time.
///
/// Beside `lock` the folder holds `hearth.db` (SQLite) and `objects/` (deployment packages, or copies of those
/// that are in a bucket).
public final class Store implements AutoCloseable {
    /// As long as a URL to a package is good, and longer than a worker takes from resolving a function to having its
    /// code.
    private static final Duration PACKAGE_REMOVAL_DELAY = Duration.ofMinutes(10);

    /// How long a package in a bucket is held that was put: much longer than it takes to write what refers to it.
    private static final Duration PACKAGE_HOLD = Duration.ofHours(1);

    /// How often this server looks for packages in a bucket that nobody needs.
    private static final Duration PACKAGE_ROUNDS = Duration.ofMinutes(1);

    /// The lock on the folder, where this store took it by itself.
    private final Optional<DataFolderLock> ownLock;

    private final Database database;
    private final BlobStore blobs;
    private final FunctionStore functions;
    private final LayerStore layers;
    private final MappingStore mappings;
    private final SigningStore signing;
    private final DrawnValues drawnValues;

    private Store(Optional<DataFolderLock> ownLock, Database database, BlobStore blobs) {
        this.ownLock = ownLock;
        this.database = database;
        this.blobs = blobs;
        this.functions = new FunctionStore(database, blobs);
        this.layers = new LayerStore(database, blobs);
        this.mappings = new MappingStore(database);
        this.signing = new SigningStore(database);
        this.drawnValues = new DrawnValues(database);
    }

    /// Opens the store in this folder, making what is not there yet. Throws `StoreUnavailableException` when another
    /// process uses the folder, or a newer Hearth wrote it.
    public static Store open(Path data) {
        return open(data, PACKAGE_REMOVAL_DELAY);
    }

    /// Opens the store in the folder whose lock is held. Whoever took the lock closes it, after the store.
    public static Store open(DataFolderLock lock) {
        return open(lock, Optional.empty(), folder(PACKAGE_REMOVAL_DELAY));
    }

    /// The same, with its packages in a bucket.
    public static Store open(DataFolderLock lock, BucketConfig bucket) {
        return open(
                lock,
                Optional.empty(),
                bucket(bucket, StoreTime::ofDatabase, PACKAGE_HOLD, PACKAGE_REMOVAL_DELAY, PACKAGE_ROUNDS));
    }

    /// @param packageRemovalDelay how long a deployment package outlives the last use of it
    static Store open(Path data, Duration packageRemovalDelay) {
        return open(data, folder(packageRemovalDelay));
    }

    static Store open(Path data, Packages packages) {
        var lock = DataFolderLock.take(data);
        try {
            return open(lock, Optional.of(lock), packages);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Store open(DataFolderLock lock, Optional<DataFolderLock> ownLock, Packages packages) {
        var data = lock.data();
        try {
            var database = Database.open(data.resolve("hearth.db"), Schema.STORE, "store-writer");
            try {
                var keeper = packages.open(data.resolve("objects"), database);
                keeper.begin();
                return new Store(ownLock, database, new BlobStore(keeper, database));
            } catch (IOException | RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(data, e.getMessage()), e);
        }
    }

    /// Makes ready what keeps the packages.
    @FunctionalInterface
    interface Packages {
        /// @param folder for files
        PackageKeeper open(Path folder, Database database) throws IOException;
    }

    private static Packages folder(Duration removalDelay) {
        return (folder, database) -> FolderPackages.open(folder, database, removalDelay);
    }

    static Packages bucket(BucketConfig config, StoreTime time, Duration hold, Duration removalDelay, Duration rounds) {
        return (folder, database) -> {
            var ledger = new PackageLedger(Transactions.of(database), time, hold, removalDelay);
            ledger.adopt();
            var place = new DrawnValues(database)
                    .all("bucket-folder", config.newFolder())
                    .getFirst();
            return new CachedPackages(
                    ledger,
                    new BucketPackages(ledger, config.bucket(), place),
                    config.bucket(),
                    PackageCache.open(BlobFiles.open(folder), config.cache()),
                    rounds);
        };
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

    public DrawnValues drawnValues() {
        return drawnValues;
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
