package hearth.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// What the control plane keeps: in a data folder, used by one process at a time, or in a PostgreSQL database.
///
/// Beside `lock` the folder holds `hearth.db` (SQLite), unless there is such a database, and `objects/` (deployment
/// packages, or copies of those that are in a bucket).
public final class Store implements AutoCloseable {
    static final String FILE = "hearth.db";

    /// As long as a URL to a package is good, and longer than a worker takes from resolving a function to having its
    /// code.
    private static final Duration PACKAGE_REMOVAL_DELAY = Duration.ofMinutes(10);

    /// How long a package in a bucket is held that was put: much longer than it takes to write what refers to it.
    private static final Duration PACKAGE_HOLD = Duration.ofHours(1);

    /// How often this server looks for packages in a bucket that nobody needs.
    private static final Duration PACKAGE_ROUNDS = Duration.ofMinutes(1);

    /// After three times as long as until a server asks again.
    private static final Duration AWAY = Duration.ofSeconds(5);

    /// See `ChangeFeed`: at once where the database notifies, and by looking each 150 ms elsewhere.
    private static final Duration OTHERS_HEAR = Duration.ofMillis(250);

    /// The lock on the folder, where this store took it by itself.
    private final Optional<DataFolderLock> ownLock;

    private final Database database;
    private final BlobStore blobs;
    private final FunctionStore functions;
    private final LayerStore layers;
    private final MappingStore mappings;
    private final CheckpointStore checkpoints;
    private final SigningStore signing;
    private final DrawnValues drawnValues;
    private final MemberStore members;

    private final Optional<StoreLease> lease;

    /// Whether other servers may use the database too.
    private final boolean shared;

    private Store(
            Optional<DataFolderLock> ownLock,
            Database database,
            BlobStore blobs,
            Optional<StoreLease> lease,
            boolean shared) {
        this.shared = shared;
        this.ownLock = ownLock;
        this.database = database;
        this.blobs = blobs;
        this.lease = lease;
        this.functions = new FunctionStore(database, blobs);
        this.layers = new LayerStore(database, blobs);
        this.mappings = new MappingStore(database);
        this.checkpoints = new CheckpointStore(database);
        this.signing = new SigningStore(database);
        this.drawnValues = new DrawnValues(database);
        this.members = new MemberStore(database);
    }

    /// Opens the store in this folder, making what is not there yet. Throws `StoreUnavailableException` when another
    /// process uses the folder, or a newer Hearth wrote it.
    public static Store open(Path data) {
        return open(data, PACKAGE_REMOVAL_DELAY);
    }

    /// Opens the store in the folder whose lock is held. Whoever took the lock closes it, after the store.
    public static Store open(DataFolderLock lock) {
        return open(lock, Optional.empty(), Store::embedded, folder(PACKAGE_REMOVAL_DELAY));
    }

    /// The same, with its tables and packages where that says. Throws `StoreUnavailableException` when another server
    /// has the database, or a newer Hearth wrote it.
    public static Store open(DataFolderLock lock, StorePlace place) {
        return open(
                lock,
                Optional.empty(),
                place.url().isEmpty()
                        ? Store::embedded
                        : owned -> leased(owned, place.url().get(), place),
                place.bucket().isEmpty()
                        ? folder(PACKAGE_REMOVAL_DELAY)
                        : bucket(
                                place.bucket().get(),
                                StoreTime::ofDatabase,
                                PACKAGE_HOLD,
                                PACKAGE_REMOVAL_DELAY,
                                PACKAGE_ROUNDS));
    }

    /// Opens a PostgreSQL database that others may have open as well: for tests of what they tell each other.
    static Store openShared(DataFolderLock lock, StoreUrl url, Duration packageRemovalDelay, RandomGenerator random) {
        return open(
                lock,
                Optional.empty(),
                owned -> noted(owned, url, random, true, _ -> Optional.empty()),
                folder(packageRemovalDelay));
    }

    /// @param packageRemovalDelay how long a deployment package outlives the last use of it
    static Store open(Path data, Duration packageRemovalDelay) {
        return open(data, folder(packageRemovalDelay));
    }

    static Store open(Path data, Packages packages) {
        var lock = DataFolderLock.take(data);
        try {
            return open(lock, Optional.of(lock), Store::embedded, packages);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Store open(
            DataFolderLock lock, Optional<DataFolderLock> ownLock, Engines engines, Packages packages) {
        var data = lock.data();
        try {
            var engine = engines.open(lock);
            try {
                var keeper = packages.open(data.resolve("objects"), engine.database);
                keeper.begin();
                return new Store(
                        ownLock, engine.database, new BlobStore(keeper, engine.database), engine.lease, engine.shared);
            } catch (IOException | RuntimeException e) {
                engine.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(data, e.getMessage()), e);
        }
    }

    /// A database, and the lease on it where others could use it too.
    ///
    /// @param shared whether they may
    private record Engine(Database database, Optional<StoreLease> lease, boolean shared) {
        void close() throws SQLException {
            lease.ifPresent(StoreLease::close);
            database.close();
        }
    }

    /// Makes ready what keeps the tables.
    @FunctionalInterface
    private interface Engines {
        Engine open(DataFolderLock lock) throws IOException, SQLException;
    }

    private static Engine embedded(DataFolderLock lock) throws IOException, SQLException {
        StoreNote.refuse(lock.data());
        var file = lock.data().resolve(FILE);
        return new Engine(EmbeddedDatabase.open(file, Schema.STORE, "store-writer"), Optional.empty(), false);
    }

    private static Engine leased(DataFolderLock lock, StoreUrl url, StorePlace place) throws IOException, SQLException {
        var random = place.random();
        return noted(
                lock,
                url,
                random,
                place.member().isPresent(),
                database -> Optional.of(place.member()
                        .map(member -> StoreLease.share(database, url, member, random, place.lost()))
                        .orElseGet(() -> StoreLease.take(database, url, random, place.lost()))));
    }

    private static Engine noted(
            DataFolderLock lock,
            StoreUrl url,
            RandomGenerator random,
            boolean shared,
            Function<Database, Optional<StoreLease>> leases)
            throws IOException, SQLException {
        var database = postgres(url, random);
        Optional<StoreLease> lease = Optional.empty();
        try {
            lease = leases.apply(database);
            StoreNote.leave(lock.data(), url, database);
            return new Engine(database, lease, shared);
        } catch (IOException | RuntimeException e) {
            new Engine(database, lease, shared).close();
            throw e;
        }
    }

    private static PostgresDatabase postgres(StoreUrl url, RandomGenerator random) throws IOException {
        try {
            return PostgresDatabase.open(
                    url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "store-writer", random);
        } catch (SQLException e) {
            throw new StoreException("The store in %s cannot be opened: %s".formatted(url, e.getMessage()), e);
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

    /// The database that the servers of this folder use, without user and password; empty where they use the folder.
    public static Optional<String> elsewhere(Path data) throws IOException {
        return StoreNote.read(data);
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

    public CheckpointStore checkpoints() {
        return checkpoints;
    }

    /// For servers that share a PostgreSQL database: the other engine has no such tables.
    public SourceLeases sourceLeases() {
        return new StoredSourceLeases(database);
    }

    public SigningStore signing() {
        return signing;
    }

    public DrawnValues drawnValues() {
        return drawnValues;
    }

    /// For servers that share a PostgreSQL database: the other engine has no such tables.
    public MemberStore members() {
        return members;
    }

    /// Whether other servers use it too, or may at any time.
    public boolean isShared() {
        return shared;
    }

    /// Whether the database has not answered for a while, so that writes will fail. One that is in the data folder
    /// always answers.
    public boolean isAway() {
        return silence().compareTo(AWAY) > 0;
    }

    /// How long ago the database answered last; it is asked every 1.5 s.
    public Duration silence() {
        return lease.map(StoreLease::silence).orElse(Duration.ZERO);
    }

    /// The time by the clock of the database that servers share, to a second or two; empty where that is a file.
    public Optional<Instant> databaseTime() {
        return lease.map(StoreLease::databaseTime);
    }

    /// How long to wait until all other servers have heard of what was committed before: nothing if there are none.
    /// Otherwise as long as they need at most who follow the changes; one that the database does not reach hears
    /// of nothing.
    public Duration untilOthersHaveHeard() {
        return shared && database.read(StoreUseTable::names).size() > 1 ? OTHERS_HEAR : Duration.ZERO;
    }

    /// The keys that all servers of the database accept. Of a database only.
    public StoredKeys keys() {
        return new StoredKeys(database);
    }

    /// Of a database only.
    public Drains drains() {
        return new Drains(database);
    }

    /// Has the listener told within 250 ms whenever a topic was changed, by this server too; on a thread of the store.
    /// It may read from the store, and is told again when that fails. A store in a data folder tells of nothing.
    public void onChange(Topic topic, Runnable listener) {
        database.onChange(topic, listener);
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
