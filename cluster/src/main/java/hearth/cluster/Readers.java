package hearth.cluster;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/// Read-only connections, a few of them, each lent to one reader at a time. A reader sees what was committed when
/// its statement began, and waits for no writer.
final class Readers implements AutoCloseable {
    private final int count;

    /// Both guarded by this; last in, first out, to keep one connection's cache warm.
    private final Deque<Session> free;

    private boolean closed;

    Readers(Collection<Session> sessions) {
        count = sessions.size();
        free = new ArrayDeque<>(sessions);
    }

    <T> T read(Transaction<T> transaction) {
        var session = take();
        try {
            return transaction.run(session);
        } catch (SQLException e) {
            throw new StoreException("Reading from the store failed: " + e.getMessage(), e);
        } finally {
            giveBack(session);
        }
    }

    private synchronized Session take() {
        awaitFree(1);
        if (closed) {
            throw new IllegalStateException("The store is closed.");
        }
        return free.pop();
    }

    private synchronized void giveBack(Session session) {
        free.push(session);
        notifyAll();
    }

    /// Reads take microseconds, so the wait is short; an interruption is kept for whoever blocks next.
    private synchronized void awaitFree(int wanted) {
        boolean interrupted = false;
        while (free.size() < wanted && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for every reader to give its connection back. Safe to repeat.
    @Override
    public synchronized void close() throws SQLException {
        awaitFree(count);
        closed = true;
        notifyAll();
        for (var session : free) {
            session.close();
        }
    }
}
