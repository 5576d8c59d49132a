package hearth.server.http;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The open connections of one event loop. Ends those that are out of time: one walk a while costs less than a
/// timer for each request.
///
/// Used on its event loop only.
final class OpenConnections implements Runnable {
    private static final System.Logger LOG = System.getLogger(OpenConnections.class.getName());

    private final Set<Connection> connections = new HashSet<>();
    private boolean draining;
    private boolean sendingAway;
    private boolean closed;

    /// One that was accepted just before the listener closed may come only now.
    void add(Connection connection) {
        connections.add(connection);
        if (closed) {
            connection.close();
        } else if (draining) {
            connection.drain();
        }
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    @Override
    public void run() {
        // Netty never runs a task again that threw, and no connection would ever be out of time.
        try {
            long now = System.nanoTime();
            for (var connection : List.copyOf(connections)) {
                check(connection, now);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Connections could not be looked at", e);
        }
    }

    private static void check(Connection connection, long now) {
        try {
            connection.check(now);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A connection failed", e);
            connection.close();
        }
    }

    /// No connection takes another request; those without one close.
    void drain() {
        draining = true;
        for (var connection : List.copyOf(connections)) {
            connection.drain();
        }
    }

    /// Has each connection end with its next answer, or go on. Those that are idle stay: a request may be on
    /// its way.
    void sendAway(boolean wanted) {
        sendingAway = wanted;
    }

    boolean isSendingAway() {
        return sendingAway;
    }

    void closeAll() {
        closed = true;
        for (var connection : List.copyOf(connections)) {
            connection.close();
        }
    }
}
