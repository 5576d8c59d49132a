package hearth.cluster;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/// Keeps others from a PostgreSQL database, as the lock of a data folder does: a row with an end, by the database's
/// own clock, which its owner moves on. While the database is away nobody can take it, so the owner goes on.
///
/// A server has the database for itself, or shares it with others that do (`StoreMember`); never both.
final class StoreLease implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StoreLease.class.getName());
    private static final Duration TERM = Duration.ofSeconds(6);
    private static final Duration RENEWAL = Duration.ofMillis(1500);
    private static final Duration GIVING_BACK = Duration.ofSeconds(3);

    private final Database database;
    private final Claim claim;
    private final Runnable lost;
    private final ScheduledExecutorService renewer;

    /// Used by the renewer alone.
    private boolean failing;

    private volatile Taken taken;

    /// When it was taken or moved on last.
    ///
    /// @param seconds since the epoch, by the database's clock
    /// @param nanos the same moment on the clock of `System.nanoTime`
    private record Taken(long seconds, long nanos) {}

    /// What is taken, again and again.
    sealed interface Claim permits SoleUse, SharedUse {
        /// Takes it, or moves its end on.
        ///
        /// @return who else has what excludes it; empty when it was taken
        Optional<String> take(Session session, Duration term) throws SQLException;

        void giveBack(Session session) throws SQLException;
    }

    /// A try to take it.
    ///
    /// @param other who else has what excludes it
    private record Attempt(Optional<String> other, Taken taken) {
        static Attempt of(Database database, Claim claim) {
            return database.write(session -> new Attempt(
                    claim.take(session, TERM), new Taken(StoreTime.ofDatabase(session), System.nanoTime())));
        }
    }

    private StoreLease(Database database, Claim claim, Runnable lost, Taken taken) {
        this.taken = taken;
        this.database = database;
        this.claim = claim;
        this.lost = lost;
        this.renewer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("store-lease").daemon().factory());
    }

    /// Takes it, and waits for the end of one that a killed server has left.
    ///
    /// @param lost told when another server has taken it all the same
    static StoreLease take(Database database, StoreUrl url, RandomGenerator random, Runnable lost) {
        return take(database, url, new SoleUse(owner(random)), lost, TERM.plusSeconds(2));
    }

    /// The same, together with other members.
    static StoreLease share(
            Database database, StoreUrl url, StoreMember member, RandomGenerator random, Runnable lost) {
        return take(database, url, new SharedUse(member, owner(random)), lost, TERM.plusSeconds(2));
    }

    /// This process, as others are told of it.
    static String owner(RandomGenerator random) {
        return "%s pid %d (%s)"
                .formatted(host(), ProcessHandle.current().pid(), HexFormat.of().toHexDigits(random.nextLong()));
    }

    /// @param patience how long another server's lease may last
    static StoreLease take(Database database, StoreUrl url, Claim claim, Runnable lost, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            var attempt = Attempt.of(database, claim);
            var other = attempt.other();
            if (other.isEmpty()) {
                return new StoreLease(database, claim, lost, attempt.taken()).begin();
            }
            if (System.nanoTime() - end > 0) {
                throw new StoreUnavailableException(
                        "%s is in use by another server: %s. Stop that one, or use another database: --store. Only servers with --cluster-listen share one."
                                .formatted(url, other.get()));
            }
            if (!told) {
                told = true;
                LOG.log(
                        Level.INFO,
                        "Waiting for {0}, which {1} has had until a moment ago or still has",
                        url,
                        other.get());
            }
            pause();
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }

    private static void pause() {
        try {
            Thread.sleep(250);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("The start was interrupted");
        }
    }

    private StoreLease begin() {
        var _ = renewer.scheduleWithFixedDelay(
                this::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    private void renew() {
        try {
            var attempt = Attempt.of(database, claim);
            var other = attempt.other();
            if (other.isPresent()) {
                LOG.log(Level.ERROR, "Another server has taken the store: {0}", other.get());
                renewer.shutdown();
                lost.run();
                return;
            }
            taken = attempt.taken();
            if (failing) {
                failing = false;
                LOG.log(Level.INFO, "The lease on the store is renewed again");
            }
        } catch (RuntimeException | Error e) {
            LOG.log(
                    failing ? Level.DEBUG : Level.WARNING,
                    "The lease on the store cannot be renewed now, and will be later: {0}",
                    e.getMessage());
            failing = true;
        }
    }

    /// How long ago the database answered last.
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - taken.nanos());
    }

    /// The time by the database's clock, to a second or two.
    Instant databaseTime() {
        var last = taken;
        return Instant.ofEpochSecond(last.seconds()).plusNanos(System.nanoTime() - last.nanos());
    }

    /// Gives it back, so that the next server need not wait. Behind a renewal that is under way, which would take it
    /// again; and waits for a database that says nothing for a moment only.
    @Override
    public void close() {
        try {
            var given = renewer.submit(() -> database.write(session -> {
                claim.giveBack(session);
                return true;
            }));
            renewer.shutdown();
            given.get(GIVING_BACK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "It is another server's already", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "The lease on the store ends by itself only: {0}", String.valueOf(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
