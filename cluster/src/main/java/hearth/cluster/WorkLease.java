package hearth.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The right to work the queue of events in a database that several processes use: a row that one of them has, by the
/// database's own clock, and moves on. Its epoch stands in the way of whoever had it before: what that one still
/// writes of its work is refused.
///
/// Its holder believes in it a second less than the database does, by a clock that nobody sets and from before it
/// asked, so that it begins nothing more once another may have it.
public final class WorkLease {
    static final Duration TERM = Duration.ofSeconds(6);
    private static final Duration MARGIN = Duration.ofSeconds(1);
    private static final String NAME = "events";

    private final Database database;
    private final String owner;
    private volatile Held held = new Held(0, System.nanoTime());

    /// Of the one thread that writes what is submitted: the transaction in which the lease was looked at last, and the
    /// epoch that it had.
    private @Nullable Session checked;

    private long checkedEpoch;

    /// @param until on the clock of `System.nanoTime`
    private record Held(long epoch, long until) {}

    /// How a try to take it ended.
    ///
    /// @param held whether it is this process's
    /// @param epoch how often it has come to another owner
    /// @param owner whose it is, in words
    /// @param now milliseconds by the database's clock
    public record State(boolean held, long epoch, String owner, long now) {}

    WorkLease(Database database, RandomGenerator random) {
        this.database = database;
        this.owner = StoreLease.owner(random);
    }

    /// Takes it if it is free or over, and moves its end on if it is this process's. Waits for the database.
    public State attempt() {
        long asked = System.nanoTime();
        LeaseTable.Row row = database.write(session -> {
            LeaseTable.take(session, NAME, owner, TERM);
            return LeaseTable.find(session, NAME).orElseThrow();
        });
        boolean isOwn = row.owner().equals(owner);
        held = new Held(isOwn ? row.epoch() : 0, asked + TERM.minus(MARGIN).toNanos());
        return new State(isOwn, row.epoch(), row.owner(), row.now());
    }

    /// Whether nobody else can have it now.
    public boolean isHeld() {
        return isHeld(held.epoch);
    }

    boolean isHeld(long epoch) {
        var now = held;
        return epoch != 0 && now.epoch == epoch && System.nanoTime() - now.until < 0;
    }

    /// The epoch in which it is held; 0 when it is not.
    public long epoch() {
        return held.epoch;
    }

    /// Has the transaction fail whose writer is not the holder of this epoch, or will not be when it is committed.
    void require(Session session, long epoch) throws SQLException {
        if (session.equals(checked) && checkedEpoch == epoch) {
            return;
        }
        // Shared by all of its holder's transactions; whoever takes the lease waits for them.
        try (var rows = session.prepare(
                        "SELECT 1 FROM leases WHERE name = ? AND owner = ? AND epoch = ? FOR SHARE", NAME, owner, epoch)
                .executeQuery()) {
            if (!rows.next()) {
                throw new LeaseLostException();
            }
        }
        checked = session;
        checkedEpoch = epoch;
    }

    /// Lets another process have it at once.
    public void giveBack() {
        held = new Held(0, System.nanoTime());
        database.write(session -> {
            LeaseTable.giveBack(session, NAME, owner);
            EventNews.tellThatTheLeaseIsFree(session);
            return true;
        });
    }
}
