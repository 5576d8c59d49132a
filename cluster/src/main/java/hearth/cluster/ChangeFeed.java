package hearth.cluster;

import hearth.model.FunctionId;
import hearth.model.Threads;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Tells of the functions that other nodes change: at once when the database notifies, and by looking now and then, for
/// whatever lies between that passes no notifications on. Goes on where it was after the database was away.
final class ChangeFeed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChangeFeed.class.getName());

    /// How long it waits for a notification before it looks all the same.
    private static final Duration LOOK = Duration.ofMillis(150);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE_OF_TELLING = Duration.ofSeconds(10);
    private static final Duration CLEANING = Duration.ofHours(1);

    private final Connector connector;
    private final String node;
    private final Database.ChangeListener listener;
    private final Consumer<String> topicListener;
    private final Thread thread;
    private final Queue<Untold> again = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /// What it listens on at the moment.
    private volatile @Nullable Connection listening;

    /// All that follow are the thread's own. The oldest transaction of which something may not have been seen.
    private long from;

    /// What has been seen of transactions since that one.
    private final Set<Long> seen = new HashSet<>();

    private final Map<FunctionId, Set<String>> untold = new LinkedHashMap<>();
    /// The numbers of topics of which has been told.
    private final Map<String, Long> topics = new HashMap<>();

    private Duration tellPause = LOOK;
    private long tellAt = System.nanoTime();
    private boolean failing;
    private long cleaned = System.nanoTime();

    /// Makes connections to listen on.
    @FunctionalInterface
    interface Connector {
        Connection connect() throws SQLException;
    }

    private record Untold(FunctionId function, Collection<String> settings) {}

    /// @param node the one whose changes are not told
    /// @param topicListener told of topics that anyone has changed; told again if it throws
    ChangeFeed(Connector connector, String node, Database.ChangeListener listener, Consumer<String> topicListener) {
        this.topicListener = topicListener;
        this.connector = connector;
        this.node = node;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("store-changes").daemon().unstarted(this::run);
    }

    /// Returns once every change from now on will be told.
    void begin() {
        try (var connection = connector.connect();
                var session = new Session(connection, PostgresDialect.INSTANCE)) {
            var mark = ChangeTable.mark(session);
            from = mark.horizon();
            topics.putAll(mark.topics());
        } catch (SQLException e) {
            throw new StoreException("The changes of the store cannot be followed: " + e.getMessage(), e);
        }
        thread.start();
    }

    /// See `Database.tellAgain`.
    void tellAgain(FunctionId function, Collection<String> settings) {
        again.add(new Untold(function, settings));
    }

    private void run() {
        long pause = LOOK.toMillis();
        while (!closed) {
            try {
                followOneConnection();
            } catch (SQLException | RuntimeException | Error e) {
                if (!closed) {
                    failed(e);
                }
            }
            if (!closed) {
                pause(pause);
            }
            pause = failing ? Math.min(2 * pause, LONGEST_PAUSE.toMillis()) : LOOK.toMillis();
        }
    }

    private void failed(Throwable cause) {
        if (!failing) {
            failing = true;
            LOG.log(
                    Level.WARNING,
                    "The changes of the store cannot be followed now, and will be later: {0}",
                    String.valueOf(cause));
        }
    }

    private void followOneConnection() throws SQLException {
        try (var connection = connector.connect();
                var session = new Session(connection, PostgresDialect.INSTANCE)) {
            listening = connection;
            try (var statement = connection.createStatement()) {
                statement.execute("LISTEN " + ChangeTable.CHANNEL);
            }
            var notifications = connection.unwrap(PGConnection.class);
            while (!closed) {
                look(session);
                if (failing) {
                    failing = false;
                    LOG.log(Level.INFO, "The changes of the store are followed again");
                }
                cleanNowAndThen(session);
                // Neither what they say nor how many there are matters.
                var _ = notifications.getNotifications((int) LOOK.toMillis());
            }
        }
    }

    private void look(Session session) throws SQLException {
        // Before the changes are read: what ends in between is read again the next time.
        var mark = ChangeTable.mark(session);
        long horizon = mark.horizon();
        if (horizon < from) {
            // A replica has taken over that lacks the last transactions, and gives their numbers to others. Nobody
            // knows since when, so everything that is kept is told.
            from = 0;
            seen.clear();
            topics.clear();
        }
        var rows = ChangeTable.from(session, from);
        for (var row : rows) {
            if (seen.add(row.id()) && !row.node().equals(node)) {
                note(row.function(), row.settings());
            }
        }
        if (horizon > from) {
            from = horizon;
            seen.clear();
            rows.stream().filter(row -> row.transaction() >= from).forEach(row -> seen.add(row.id()));
        }
        for (var one = this.again.poll(); one != null; one = this.again.poll()) {
            note(one.function(), one.settings());
        }
        tell();
        tellTopics(mark.topics());
    }

    private void tellTopics(Map<String, Long> now) {
        now.forEach((topic, number) -> {
            if (!number.equals(topics.get(topic)) && hasHeard(topic)) {
                topics.put(topic, number);
            }
        });
    }

    private boolean hasHeard(String topic) {
        try {
            topicListener.accept(topic);
            return true;
        } catch (StoreException e) {
            LOG.log(Level.DEBUG, "A change of " + topic + " is told again", e);
            return false;
        }
    }

    private void note(FunctionId function, Collection<String> settings) {
        untold.computeIfAbsent(function, _ -> new HashSet<>()).addAll(settings);
    }

    /// Those who could not take something in have a pause, which grows, before they are told again.
    private void tell() {
        if (untold.isEmpty() || System.nanoTime() - tellAt < 0) {
            return;
        }
        untold.entrySet().removeIf(one -> listener.changed(one.getKey(), one.getValue()));
        tellPause = untold.isEmpty() ? LOOK : shorter(tellPause.multipliedBy(2), LONGEST_PAUSE_OF_TELLING);
        tellAt = System.nanoTime() + (untold.isEmpty() ? 0 : tellPause.toNanos());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void cleanNowAndThen(Session session) throws SQLException {
        if (System.nanoTime() - cleaned >= CLEANING.toNanos()) {
            cleaned = System.nanoTime();
            ChangeTable.forgetOld(session);
        }
    }

    private void abort() {
        var connection = listening;
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "The connection to listen on could not be ended", e);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            // Nobody else knows this thread: it is close(), which has said so already.
            LOG.log(Level.DEBUG, "interrupted", e);
        }
    }

    /// Ends the following, without waiting for a database that says nothing; nothing is told any more once the thread
    /// has ended. One that is telling may wait for a listener, which reads from the database.
    ///
    /// @return whether it has ended
    boolean end(Duration patience) {
        closed = true;
        abort();
        thread.interrupt();
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        if (!end(Duration.ofSeconds(1))) {
            Threads.awaitEnd(thread);
        }
    }
}
