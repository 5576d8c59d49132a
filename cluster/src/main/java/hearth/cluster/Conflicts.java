package hearth.cluster;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// Runs transactions again that others were in the way of, until they come through.
final class Conflicts {
    /// By then seconds have passed.
    private static final int MOST_TRIES = 40;

    private static final long LONGEST_PAUSE_MILLIS = 200;

    /// That the engine could not make it as if one had followed the other (40001), that each waited for the other
    /// (40P01), and what a serializable transaction may meet in place of the first: a row that another has just
    /// inserted (23505) or removed (23503).
    private static final Set<String> BY_OTHERS = Set.of("40001", "40P01", "23505", "23503");

    /// These two may be a transaction's own fault as well, which trying again does not mend.
    private static final Set<String> PERHAPS = Set.of("23505", "23503");

    private static final int MOST_TRIES_PERHAPS = 4;

    private final RandomGenerator random;
    private final LongAdder count = new LongAdder();

    /// @param random may be used by many threads at once
    Conflicts(RandomGenerator random) {
        this.random = random;
    }

    /// One try of a transaction.
    @FunctionalInterface
    interface Try<T> {
        T run() throws SQLException;
    }

    <T> T overcome(Try<T> transaction) {
        for (int tries = 1; ; tries++) {
            try {
                return transaction.run();
            } catch (SQLException | StoreException e) {
                var state = state(e);
                if (!BY_OTHERS.contains(state)
                        || tries >= (PERHAPS.contains(state) ? MOST_TRIES_PERHAPS : MOST_TRIES)) {
                    throw e instanceof StoreException own
                            ? own
                            : new StoreException("Writing to the store failed: " + e.getMessage(), e);
                }
            }
            count.increment();
            pause(tries);
        }
    }

    /// Random, so that those who were in each other's way are not again.
    private void pause(int tries) {
        long most = Math.min(LONGEST_PAUSE_MILLIS, 1L << Math.min(tries, 10));
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(most) + 1));
    }

    /// The SQLSTATE of what the engine said, which callers may have wrapped.
    private static String state(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    long count() {
        return count.sum();
    }
}
