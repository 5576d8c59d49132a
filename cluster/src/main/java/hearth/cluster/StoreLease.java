package hearth.cluster;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/// Keeps a second server from a PostgreSQL database, as the lock of a data folder does: a row with an end, by the
/// database's own clock, which its owner moves on. While the database is away nobody can take it, so the owner
/// goes on.
final class StoreLease implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StoreLease.class.getName());
    private static final String NAME = "server";
    private static final Duration TERM = Duration.ofSeconds(6);
    private static final Duration RENEWAL = Duration.ofMillis(1500);
    private static final Duration GIVING_BACK = Duration.ofSeconds(3);

    private final Database database;
    private final String owner;
    private final Runnable lost;
    private final ScheduledExecutorService renewer;

    /// Used by the renewer alone.
    private boolean failing;

    private StoreLease(Database database, String owner, Runnable lost) {
        this.database = database;
        this.owner = owner;
        this.lost = lost;
        this.renewer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("store-lease").daemon().factory());
    }

    /// Takes it, and waits for the end of one that a killed server has left.
    ///
    /// @param lost told when another server has taken it all the same
    static StoreLease take(Database database, StoreUrl url, RandomGenerator random, Runnable lost) {
        return take(database, url, random, lost, TERM.plusSeconds(2));
    }

    /// @param patience how long another server's lease may last
    static StoreLease take(Database database, StoreUrl url, RandomGenerator random, Runnable lost, Duration patience) {
        var owner = "%s pid %d (%s)"
                .formatted(host(), ProcessHandle.current().pid(), HexFormat.of().toHexDigits(random.nextLong()));
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            var other = LeaseTable.take(database, NAME, owner, TERM);
            if (other.isEmpty()) {
                return new StoreLease(database, owner, lost).begin();
            }
            if (System.nanoTime() - end > 0) {
                throw new StoreUnavailableException(
                        "%s is in use by another server: %s. Stop that one, or use another database: --store."
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
            var other = LeaseTable.take(database, NAME, owner, TERM);
            if (other.isPresent()) {
                LOG.log(Level.ERROR, "Another server has taken the store: {0}", other.get());
                renewer.shutdown();
                lost.run();
            } else if (failing) {
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

    /// Gives it back, so that the next server need not wait. Behind a renewal that is under way, which would take it
    /// again; and waits for a database that says nothing for a moment only.
    @Override
    public void close() {
        try {
            var given = renewer.submit(() -> LeaseTable.giveBack(database, NAME, owner));
            renewer.shutdown();
            given.get(GIVING_BACK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "It is another server's already", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "The lease on the store ends by itself only: {0}", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The `leases` table: a row says who has something for itself, and until when.
    static final class LeaseTable {
        private LeaseTable() {}

        /// Takes a lease that is free, over, or the owner's own.
        ///
        /// @return who else has it; empty when it was taken
        static Optional<String> take(Database database, String name, String owner, Duration term) {
            return database.write(session -> {
                session.execute("""
                        INSERT INTO leases (name, owner, epoch, expires)
                        VALUES (?, ?, 1, clock_timestamp() + CAST(? AS BIGINT) * INTERVAL '1 millisecond')
                        ON CONFLICT (name) DO UPDATE SET
                            owner = excluded.owner,
                            epoch = leases.epoch + CASE WHEN leases.owner = excluded.owner THEN 0 ELSE 1 END,
                            expires = excluded.expires
                        WHERE leases.owner = excluded.owner OR leases.expires < clock_timestamp()""", name, owner, term.toMillis());
                return other(session, name, owner);
            });
        }

        private static Optional<String> other(Session session, String name, String owner) throws SQLException {
            try (var rows = session.prepare("SELECT owner FROM leases WHERE name = ? AND owner <> ?", name, owner)
                    .executeQuery()) {
                return rows.next() ? Optional.of(rows.getString("owner")) : Optional.empty();
            }
        }

        static void giveBack(Database database, String name, String owner) {
            database.write(session -> session.execute(
                    "UPDATE leases SET expires = clock_timestamp() WHERE name = ? AND owner = ?", name, owner));
        }
    }
}
