package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.Threads;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Tells the process that works the queue of events of those which others have accepted: at once when the database
/// notifies, and by looking now and then, since a notification may be lost.
public final class EventNews implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventNews.class.getName());
    private static final String CHANNEL = "hearth_events";

    /// Of a lease, in the place of an event.
    private static final String FREE = "free";

    private static final int FIELDS = 5;

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LISTENING = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final ChangeFeed.Connector connector;
    private final Listener listener;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Connection listening;

    /// The thread's own.
    private boolean failing;

    /// Whoever works the queue, or would. Told by one thread, which it must not block for long.
    public interface Listener {
        /// A process has accepted an event.
        void arrived(FunctionId function, long due);

        /// There is an event of this function, and the first is due then. It may be in work already.
        void seen(FunctionId function, long due);

        /// The lease may be had.
        void free();

        /// Whether it works the queue, and wants to know what there is.
        boolean works();
    }

    private EventNews(ChangeFeed.Connector connector, Listener listener) {
        this.connector = connector;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("event-news").daemon().unstarted(this::run);
    }

    static EventNews follow(ChangeFeed.Connector connector, Listener listener) {
        var news = new EventNews(connector, listener);
        news.thread.start();
        return news;
    }

    /// Has those who follow told, with the commit. In the statement that adds the event, so that it costs no round
    /// trip.
    static String andTell(String insert) {
        return "WITH added AS (" + insert + " RETURNING id, due, account, region, name) SELECT pg_notify('" + CHANNEL
                + "', id || ' ' || due || ' ' || account || ' ' || region || ' ' || name) FROM added";
    }

    static void tellThatTheLeaseIsFree(Session session) throws SQLException {
        session.prepare("SELECT pg_notify('" + CHANNEL + "', '" + FREE + "')")
                .executeQuery()
                .close();
    }

    private void run() {
        long pause = LISTENING.toMillis();
        while (!closed) {
            try {
                followOneConnection();
            } catch (SQLException | RuntimeException | Error e) {
                if (!closed && !failing) {
                    failing = true;
                    LOG.log(
                            Level.WARNING,
                            "Events of other servers are not heard of now, and will be later: {0}",
                            String.valueOf(e));
                }
            }
            if (!closed) {
                pause(pause);
            }
            pause = failing ? Math.min(2 * pause, LONGEST_PAUSE.toMillis()) : LISTENING.toMillis();
        }
    }

    private void followOneConnection() throws SQLException {
        try (var connection = connector.connect();
                var session = new Session(connection, PostgresDialect.INSTANCE)) {
            listening = connection;
            try (var statement = connection.createStatement()) {
                statement.execute("LISTEN " + CHANNEL);
            }
            var notifications = connection.unwrap(PGConnection.class);
            long looked = System.nanoTime() - LOOK.toNanos();
            while (!closed) {
                if (System.nanoTime() - looked >= LOOK.toNanos()) {
                    looked = System.nanoTime();
                    look(session);
                }
                for (var notification : notifications.getNotifications((int) LISTENING.toMillis())) {
                    tell(notification.getParameter());
                }
            }
        }
    }

    private void look(Session session) throws SQLException {
        if (listener.works()) {
            EventTable.heads(session).forEach(head -> listener.seen(head.key(), head.due()));
        } else {
            // Else nobody would notice that the other side is gone.
            session.prepare("SELECT 1").executeQuery().close();
        }
        if (failing) {
            failing = false;
            LOG.log(Level.INFO, "Events of other servers are heard of again");
        }
    }

    private void tell(String notification) {
        if (notification.equals(FREE)) {
            listener.free();
            return;
        }
        var fields = notification.split(" ", FIELDS);
        if (fields.length == FIELDS && listener.works()) {
            listener.arrived(
                    new FunctionId(new AccountId(fields[2]), new Region(fields[3]), fields[4]),
                    Long.parseLong(fields[1]));
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

    /// Ends the following, without waiting for a database that says nothing.
    @Override
    public void close() {
        closed = true;
        var connection = listening;
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "The connection to listen on could not be ended", e);
            }
        }
        thread.interrupt();
        Threads.awaitEnd(thread);
    }
}
