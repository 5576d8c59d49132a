package hearth.cluster;

import hearth.model.Threads;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/// Writes what comes while the last commit was made in one transaction together, at the price of one. If that fails,
/// each of them is tried by itself, so that none fails for another.
final class GroupWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupWriter.class.getName());

    /// Bounds how long the first of a group waits for its last.
    private static final int MOST_IN_ONE_COMMIT = 256;

    private final Runner runner;
    private final BlockingQueue<Submission<?>> submissions = new LinkedBlockingQueue<>();

    /// Behind which nothing is submitted.
    private final Submission<?> end = new Submission<>(_ -> "");

    private final Thread thread;

    /// Changed under the lock of `submissions`.
    private volatile boolean closed;

    /// Makes one transaction.
    @FunctionalInterface
    interface Runner {
        <T> T run(Transaction<T> transaction) throws SQLException;
    }

    /// @param name of the thread
    GroupWriter(Runner runner, String name) {
        this.runner = runner;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::writeGroups);
    }

    /// See `Database.submit`.
    <T> CompletableFuture<T> submit(Transaction<T> transaction) {
        var submission = new Submission<>(transaction);
        synchronized (submissions) {
            if (closed) {
                throw new IllegalStateException("The store is closed.");
            }
            submissions.add(submission);
        }
        return submission.outcome;
    }

    private void writeGroups() {
        var group = new ArrayList<Submission<?>>();
        while (true) {
            group.add(take());
            submissions.drainTo(group, MOST_IN_ONE_COMMIT - 1);
            boolean last = group.remove(end);
            if (!group.isEmpty()) {
                write(group);
            }
            if (last) {
                return;
            }
            group.clear();
        }
    }

    /// Nobody else knows this thread, so that nobody interrupts it.
    private Submission<?> take() {
        while (true) {
            try {
                return submissions.take();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "interrupted", e);
            }
        }
    }

    /// Leaves nobody waiting, whatever it meets.
    private void write(List<Submission<?>> group) {
        try {
            runner.run(session -> {
                for (var submission : group) {
                    submission.run(session);
                }
                return group;
            });
        } catch (SQLException | RuntimeException | Error e) {
            if (group.size() == 1 || !isOfOne(e)) {
                fail(group, e);
            } else {
                group.forEach(this::writeAlone);
            }
            return;
        }
        group.forEach(Submission::acknowledge);
    }

    private void writeAlone(Submission<?> submission) {
        write(List.of(submission));
    }

    /// Whether one of a group may have been the reason. If the server is away, none would fare better alone; and what
    /// may have been committed is not written a second time.
    private static boolean isOfOne(Throwable failure) {
        return !Connections.isLost(failure) && !Connections.isUncertain(failure);
    }

    private void fail(List<Submission<?>> group, Throwable cause) {
        boolean cutOff = closed && cause instanceof IllegalStateException;
        if (!cutOff
                && !(cause instanceof SQLException
                        || cause instanceof StoreException
                        || cause instanceof LeaseLostException)) {
            LOG.log(Level.ERROR, "A transaction met a defect", cause);
        }
        var failure = new StoreException("Writing to the store failed: " + cause.getMessage(), cause);
        group.forEach(submission -> submission.outcome.completeExceptionally(failure));
    }

    /// Writes what was submitted, then ends the thread. Safe to repeat.
    @Override
    public void close() {
        takeNoMore();
        Threads.awaitEnd(thread);
    }

    /// The same, and gives up waiting.
    ///
    /// @return whether the thread has ended
    boolean end(Duration patience) {
        takeNoMore();
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void takeNoMore() {
        synchronized (submissions) {
            if (!closed) {
                closed = true;
                submissions.add(end);
            }
        }
    }

    /// One transaction on its way to the disk.
    private static final class Submission<T> {
        private final Transaction<T> transaction;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private Runnable acknowledgement = () -> {};

        Submission(Transaction<T> transaction) {
            this.transaction = transaction;
        }

        void run(Session session) throws SQLException {
            var result = transaction.run(session);
            acknowledgement = () -> outcome.complete(result);
        }

        void acknowledge() {
            acknowledgement.run();
        }
    }
}
