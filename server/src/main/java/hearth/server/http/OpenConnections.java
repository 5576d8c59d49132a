package hearth.server.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The open connections of one event loop. Ends those that are out of time: one walk a while costs less than a
/// timer for each request.
///
/// Used on its event loop only.
final class OpenConnections implements Runnable {
    private final Set<Connection> connections = new HashSet<>();
    private boolean draining;
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
        long now = System.nanoTime();
        for (var connection : List.copyOf(connections)) {
            connection.check(now);
        }
    }

    /// No connection takes another request; those without one close.
    void drain() {
        draining = true;
        for (var connection : List.copyOf(connections)) {
            connection.drain();
        }
    }

    void closeAll() {
        closed = true;
        for (var connection : List.copyOf(connections)) {
            connection.close();
        }
    }
}
