package hearth.server.http;

import hearth.model.Bytes;
import java.util.concurrent.atomic.AtomicLong;

/// The memory that request bodies may hold, all connections together.
final class BodyBudget {
    private final AtomicLong left;

    BodyBudget(Bytes total) {
        left = new AtomicLong(total.count());
    }

    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
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
