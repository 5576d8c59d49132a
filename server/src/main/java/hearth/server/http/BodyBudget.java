package hearth.server.http;

import hearth.model.Bytes;
import java.util.concurrent.atomic.AtomicLong;

/// The memory that request bodies may hold, and answers that their clients have no room for, all connections together.
/// An eighth of it is kept for small bodies, so that whoever sends large ones slowly keeps nobody from invoking.
final class BodyBudget {
    private static final long SMALL = 64 << 10;

    private final AtomicLong left;
    private final long keptForSmall;

    BodyBudget(Bytes total) {
        left = new AtomicLong(total.count());
        keptForSmall = total.count() / 8;
    }

    /// Takes memory for a body that holds so much already; false when there is too little.
    boolean take(long bytes, long held) {
        long least = held + bytes > SMALL ? keptForSmall : 0;
        if (left.addAndGet(-bytes) >= least) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    /// Takes memory that is in use already, be there enough or not.
    void hold(long bytes) {
        left.addAndGet(-bytes);
    }

    /// Whether more is held than there may be: nothing that needs more of it is to begin.
    boolean isOverdrawn() {
        return left.get() < 0;
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
