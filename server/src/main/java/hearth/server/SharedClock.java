package hearth.server;

import hearth.cluster.Store;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// The time that servers of one store agree on: by it clients sign, keys and links are good, events grow old.
///
/// That is the host's own clock while it is right, to a few seconds, by that of the database; else the
/// database's, and the log says so. What functions are told stays the host's, since they look at that one too.
final class SharedClock implements InstantSource {
    private static final System.Logger LOG = System.getLogger(SharedClock.class.getName());

    /// The database's time is known to a second or two.
    private static final Duration RIGHT = Duration.ofSeconds(5);

    private final InstantSource own;
    private final Supplier<Optional<Instant>> database;
    private final AtomicBoolean isOff = new AtomicBoolean();

    /// @param database its time now; empty where nothing is shared
    SharedClock(InstantSource own, Supplier<Optional<Instant>> database) {
        this.own = own;
        this.database = database;
    }

    /// A server that has its database for itself goes by its own clock, whatever that of the database says.
    static SharedClock of(Store store, InstantSource own) {
        return new SharedClock(own, () -> store.isShared() ? store.databaseTime() : Optional.empty());
    }

    @Override
    public Instant instant() {
        var here = own.instant();
        var there = database.get();
        if (there.isEmpty()) {
            return here;
        }
        var off = Duration.between(there.get(), here);
        if (off.abs().compareTo(RIGHT) <= 0) {
            if (isOff.get() && isOff.compareAndSet(true, false)) {
                LOG.log(Level.INFO, "The clock of this host is right again");
            }
            return here;
        }
        if (isOff.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    "The clock of this host is {0} s {1} that of the database, which is gone by. Functions here see the host''s: set it",
                    Long.toString(off.abs().toSeconds()),
                    off.isNegative() ? "behind" : "ahead of");
        }
        return there.get();
    }
}
