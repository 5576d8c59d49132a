package hearth.cluster;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import hearth.model.FunctionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/// PostgreSQL, used by several processes at once. A transaction that decides by what it reads runs serializably: the
/// engine refuses one of two that would not have been the same one after the other, and that one is run again. So
/// no version numbers are needed in the tables, and none can be forgotten.
final class PostgresDatabase implements Database {
    private static final System.Logger LOG = System.getLogger(PostgresDatabase.class.getName());

    /// What a connection may take to come about; a host that does not answer is passed over for the next.
    private static final Duration CONNECT = Duration.ofSeconds(3);

    /// What a statement may take, and how long a server is believed to be at work that says nothing.
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /// How long somebody waits for a connection, before the store is said to be down.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// How long the last of what was submitted may take to be written, once the database is closed.
    private static final Duration LAST_WRITES = Duration.ofSeconds(5);

    private static final int READERS = 8;
    private static final int WRITERS = 16;

    /// This process among those that use the database.
    private final String node;

    private final StoreUrl url;
    private final HikariDataSource reads;
    private final HikariDataSource writes;
    private final Isolation isolation;
    private final Conflicts conflicts;
    private final GroupWriter groups;

    /// Held while listeners hear of a change, so that none hears of an earlier one after a later one.
    private final Object telling = new Object();

    private final Map<String, List<Runnable>> topicListeners = new ConcurrentHashMap<>();

    private volatile @Nullable ChangeFeed feed;

    private PostgresDatabase(
            StoreUrl url,
            HikariDataSource reads,
            HikariDataSource writes,
            Isolation isolation,
            String name,
            RandomGenerator random) {
        this.isolation = isolation;
        this.node = HexFormat.of().toHexDigits(random.nextLong());
        this.conflicts = new Conflicts(random);
        this.url = url;
        this.reads = reads;
        this.writes = writes;
        this.groups = new GroupWriter(this::run, name);
    }

    /// What the transactions of a database are.
    enum Isolation {
        /// They decide by what they read.
        SERIALIZABLE,
        /// Each of their statements stands for itself.
        READ_COMMITTED;

        private String statement() {
            return "SET TRANSACTION ISOLATION LEVEL " + name().replace('_', ' ');
        }
    }

    /// Connects, and brings the schema to the version that this build knows.
    ///
    /// @param name of the thread that writes what is submitted
    /// @param random may be used by many threads at once
    static PostgresDatabase open(StoreUrl url, Schema schema, Isolation isolation, String name, RandomGenerator random)
            throws IOException, SQLException {
        try (var connection = connect(url)) {
            schema.bringUpToDate(PostgresSchemaTarget.lock(connection, schema.part()));
            connection.commit();
        }
        var reads = pool(url, READERS, config -> config.setAutoCommit(true));
        try {
            var writes = pool(url, WRITERS, config -> config.setAutoCommit(false));
            return new PostgresDatabase(url, reads, writes, isolation, name, random);
        } catch (RuntimeException e) {
            reads.close();
            throw e;
        }
    }

    /// A connection by itself, which belongs to no pool. Not by the DriverManager, which looks into every jar for
    /// drivers.
    static Connection connect(StoreUrl url) throws SQLException {
        var connection = new Driver().connect(url.jdbc(), properties(url));
        if (connection == null) {
            throw new SQLException("The driver does not take the address " + url);
        }
        return connection;
    }

    private static Properties properties(StoreUrl url) {
        var properties = new Properties();
        url.user().ifPresent(user -> properties.setProperty("user", user));
        url.password().ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("ApplicationName", "hearth");
        properties.setProperty("connectTimeout", Long.toString(CONNECT.toSeconds()));
        properties.setProperty("loginTimeout", Long.toString(PATIENCE.toSeconds()));
        properties.setProperty("socketTimeout", Long.toString(ANSWER.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        // Of several hosts the one that takes writes; what was it before a fail-over may be up again as a replica.
        properties.setProperty("targetServerType", "primary");
        return properties;
    }

    private static HikariDataSource pool(StoreUrl url, int most, Consumer<HikariConfig> settings) throws SQLException {
        var config = new HikariConfig();
        config.setDriverClassName(Driver.class.getName());
        config.setJdbcUrl(url.jdbc());
        config.setDataSourceProperties(properties(url));
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setValidationTimeout(CONNECT.toMillis());
        config.setInitializationFailTimeout(PATIENCE.toMillis());
        config.setExceptionOverride(new Connections.Eviction());
        settings.accept(config);
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw new SQLException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }

    @Override
    public <T> T read(Transaction<T> transaction) {
        try {
            return Connections.persist(() -> {
                try (var connection = borrow(reads);
                        var session = new Session(connection, PostgresDialect.INSTANCE)) {
                    return transaction.run(session);
                }
            });
        } catch (SQLException e) {
            throw new StoreException("Reading from the store failed: " + e.getMessage(), e);
        }
    }

    @Override
    public <T> T write(Transaction<T> transaction, Consumer<T> committed) {
        T result = conflicts.overcome(() -> run(transaction));
        synchronized (telling) {
            tell(committed, result);
        }
        return result;
    }

    /// A listener's fault must not be taken for the write's.
    private static <T> void tell(Consumer<T> committed, T result) {
        try {
            committed.accept(result);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A listener failed on a committed change", e);
        }
    }

    private <T> T run(Transaction<T> transaction) throws SQLException {
        return Connections.persist(() -> runOnce(transaction));
    }

    private <T> T runOnce(Transaction<T> transaction) throws SQLException {
        try (var connection = borrow(writes);
                var session = new Session(connection, PostgresDialect.INSTANCE)) {
            boolean done = false;
            try {
                // For this one transaction: behind a pooler the next may be made by another session of the
                // server, which knows nothing of what was set for this one.
                session.execute(isolation.statement());
                T result = transaction.run(session);
                commit(connection, session);
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollBack(connection);
                }
            }
        }
    }

    /// Whether it was made is unknown where the connection is lost at this.
    private static void commit(Connection connection, Session session) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (!Connections.isLost(e)) {
                throw e;
            }
            session.doIfUncertain();
            throw Connections.uncertain(e);
        }
    }

    /// A connection that fails at this is no longer used by the pool, and the server undoes what it had begun.
    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "A transaction could not be undone", e);
        }
    }

    private static Connection borrow(HikariDataSource pool) throws SQLException {
        if (pool.isClosed()) {
            throw new IllegalStateException("The store is closed.");
        }
        return pool.getConnection();
    }

    @Override
    public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
        return groups.submit(transaction);
    }

    /// One at a time: of two processes that each had a block, the later change could have the lower number.
    @Override
    public Block numbers(String sequence) {
        long number = read(session -> {
            try (var rows = session.prepare("SELECT nextval(CAST(? AS regclass))", sequence(sequence))
                    .executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
        return new Block(number, number + 1);
    }

    /// The name of a sequence as an object of the database.
    static String sequence(String name) {
        return name + "_numbers";
    }

    @Override
    public void announce(Session session, FunctionId function, Collection<String> settings) throws SQLException {
        ChangeTable.insert(session, node, function, settings);
        // Its writer is told of a failure and nobody here of the change, which the others may hear of.
        session.ifUncertain(() -> tellAgain(function, settings));
    }

    @Override
    public synchronized void follow(ChangeListener listener) {
        if (feed != null) {
            throw new IllegalStateException("Somebody follows already");
        }
        var following = new ChangeFeed(
                this::connectToListen,
                node,
                (function, settings) -> {
                    synchronized (telling) {
                        return listener.changed(function, settings);
                    }
                },
                topic -> topicListeners.getOrDefault(topic, List.of()).forEach(Runnable::run));
        following.begin();
        feed = following;
    }

    @Override
    public void touch(Session session, Topic topic) throws SQLException {
        TopicTable.touch(session, topic);
    }

    @Override
    public void onChange(Topic topic, Runnable listener) {
        topicListeners
                .computeIfAbsent(topic.wireName(), _ -> new CopyOnWriteArrayList<>())
                .add(listener);
    }

    Connection connectToListen() throws SQLException {
        return connect(url);
    }

    /// Takes no lock: `close` has one while it waits for the feed, and that for whoever is telling.
    @Override
    public void tellAgain(FunctionId function, Collection<String> settings) {
        var following = feed;
        if (following != null) {
            following.tellAgain(function, settings);
        }
    }

    /// How often a transaction was run again, as another one was in its way.
    long conflicts() {
        return conflicts.count();
    }

    /// Waits for a database that says nothing for a moment only: then its connections are cut.
    @Override
    public synchronized void close() {
        var following = feed;
        if (following != null) {
            var _ = following.end(LAST_WRITES);
        }
        if (!groups.end(LAST_WRITES)) {
            LOG.log(Level.WARNING, "The store says nothing: what it is writing last may be lost");
        }
        writes.close();
        reads.close();
        groups.close();
        if (following != null) {
            following.close();
        }
    }
}
