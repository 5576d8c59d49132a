package hearth.cluster;

import hearth.model.Threads;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// The one thread that writes, with group commit: what was submitted while the last commit reached the disk goes
/// into the next one together, at the price of one fsync. Each transaction has a savepoint of its own, so one that
/// fails is undone alone.
///
/// A platform thread, because the engine's native calls would pin a virtual thread's carrier for a whole fsync.
final class Writer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Writer.class.getName());

    /// Bounds how long the first of a group waits for its last.
    private static final int MOST_IN_ONE_COMMIT = 256;

    private final Session session;
    private final BlockingQueue<Submission<?>> submissions = new LinkedBlockingQueue<>();
    private final Thread thread;

    /// Guarded by `submissions`, so that nothing is submitted behind the end.
    private boolean closed;

    /// @param session with auto-commit off, and in no transaction
    /// @param name of the thread
    Writer(Session session, String name) {
        this.session = session;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::commitGroups);
    }

    /// Runs the transaction and returns once it is on the disk.
    ///
    /// @param committed told of the result after it is on the disk and before this method returns, in the order of
    ///     the commits; on the writer's thread, so it must not block
    <T> T write(Transaction<T> transaction, Consumer<T> committed) {
        return begin(transaction, committed).await();
    }

    /// Runs the transaction, and does not wait for it.
    ///
    /// @return complete once it is on the disk, or when it failed; by the writer's thread, which nobody may block
    <T> CompletableFuture<T> submit(Transaction<T> transaction) {
        return begin(transaction, _ -> {}).outcome;
    }

    private <T> Submission<T> begin(Transaction<T> transaction, Consumer<T> committed) {
        var submission = new Submission<>(transaction, committed);
        synchronized (submissions) {
            if (closed) {
                throw new IllegalStateException("The store is closed.");
            }
            submissions.add(submission);
        }
        return submission;
    }

    private void commitGroups() {
        var group = new ArrayList<Submission<?>>();
        while (true) {
            group.clear();
            try {
                group.add(submissions.take());
                submissions.drainTo(group, MOST_IN_ONE_COMMIT - 1);
                commit(group);
            } catch (InterruptedException e) {
                // Nobody else knows this thread, so this is close(): write what is still there, then end.
                submissions.drainTo(group);
                commitInParts(group);
                return;
            } catch (RuntimeException | Error e) {
                // The only thread that writes goes on whatever it meets, and leaves nobody waiting.
                LOG.log(Level.ERROR, "The writer of the store met a defect", e);
                fail(group, e);
            }
        }
    }

    private void commitInParts(List<Submission<?>> rest) {
        for (int from = 0; from < rest.size(); from += MOST_IN_ONE_COMMIT) {
            commit(rest.subList(from, Math.min(rest.size(), from + MOST_IN_ONE_COMMIT)));
        }
    }

    private void commit(List<Submission<?>> group) {
        try {
            session.execute("BEGIN IMMEDIATE");
            for (var submission : group) {
                submission.run(session);
            }
            session.execute("COMMIT");
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            fail(group, e);
            return;
        }
        group.forEach(Submission::acknowledge);
    }

    private static void fail(List<Submission<?>> group, Throwable cause) {
        var failure = new StoreException("Writing to the store failed: " + cause.getMessage(), cause);
        group.forEach(submission -> submission.fail(failure));
    }

    private void rollback(Throwable cause) {
        try {
            session.execute("ROLLBACK");
        } catch (SQLException | RuntimeException | Error e) {
            // It did not begin, or the engine has undone it by itself.
            cause.addSuppressed(e);
        }
    }

    /// Writes what was submitted, then ends the thread.
    @Override
    public void close() throws SQLException {
        synchronized (submissions) {
            closed = true;
        }
        thread.interrupt();
        Threads.awaitEnd(thread);
        session.close();
    }

    /// One transaction on its way to the disk.
    private static final class Submission<T> {
        private final Transaction<T> transaction;
        private final Consumer<T> committed;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private Runnable acknowledgement = () -> {};

        Submission(Transaction<T> transaction, Consumer<T> committed) {
            this.transaction = transaction;
            this.committed = committed;
        }

        /// Throws only what concerns the whole group; the transaction's own failure is kept for its submitter.
        void run(Session session) throws SQLException {
            session.execute("SAVEPOINT submission");
            try {
                var result = transaction.run(session);
                acknowledgement = () -> {
                    try {
                        tell(result);
                    } finally {
                        outcome.complete(result);
                    }
                };
            } catch (SQLException | RuntimeException | Error e) {
                try {
                    session.execute("ROLLBACK TO submission");
                } catch (SQLException undone) {
                    // The engine has undone the whole group, as it does when the disk is full.
                    e.addSuppressed(undone);
                    throw e;
                }
                acknowledgement = () -> outcome.completeExceptionally(e);
            }
            session.execute("RELEASE submission");
        }

        void acknowledge() {
            acknowledgement.run();
        }

        /// A listener's fault must not end the thread that everyone's writes depend on, nor undo what is committed.
        private void tell(T result) {
            try {
                committed.accept(result);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "A listener failed on a committed change", e);
            }
        }

        void fail(StoreException failure) {
            outcome.completeExceptionally(failure);
        }

        /// Uninterruptible: whether the write was made would be unknown.
        T await() {
            try {
                return outcome.join();
            } catch (CompletionException e) {
                switch (e.getCause()) {
                    case RuntimeException own -> throw own;
                    case SQLException sql ->
                        throw new StoreException("Writing to the store failed: " + sql.getMessage(), sql);
                    case Error error ->
                        throw new StoreException("Writing to the store failed: " + error.getMessage(), error);
                    case null, default -> throw e;
                }
            }
        }
    }
}
