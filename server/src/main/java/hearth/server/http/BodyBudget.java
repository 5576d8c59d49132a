package hearth.server.http;

import hearth.model.Bytes;
import java.util.concurrent.atomic.AtomicLong;

/// The memory that request bodies may hold, all connections together. An eighth of it is kept for small ones, so that
/// whoever sends large bodies slowly keeps nobody from invoking.
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

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
