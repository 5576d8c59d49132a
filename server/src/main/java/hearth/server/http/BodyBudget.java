package hearth.server.http;

import hearth.model.Bytes;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The memory that request bodies may hold, and answers that their clients have no room for, all connections together.
/// An eighth of it is kept for small bodies, so that whoever sends large ones slowly keeps nobody from invoking.
final class BodyBudget {
    private static final long SMALL = 64 << 10;

    private final AtomicLong left;
    private final long keptForSmall;
    private final @Nullable BodyBudget whole;

    BodyBudget(Bytes total) {
        this(total.count(), null);
    }

    private BodyBudget(long total, @Nullable BodyBudget whole) {
        this.left = new AtomicLong(total);
        this.keptForSmall = total / 8;
        this.whole = whole;
    }

    /// A part of this budget that some connections may not exceed. What they take is taken of the whole as well.
    BodyBudget share(long most) {
        return new BodyBudget(most, this);
    }

    /// Takes memory for a body that holds so much already; false when there is too little.
    boolean take(long bytes, long held) {
        if (whole != null && !whole.take(bytes, held)) {
            return false;
        }
        long least = held + bytes > SMALL ? keptForSmall : 0;
        if (left.addAndGet(-bytes) >= least) {
            return true;
        }
        giveBack(bytes);
        return false;
    }

    /// Takes memory that is in use already, be there enough or not.
    void hold(long bytes) {
        left.addAndGet(-bytes);
        if (whole != null) {
            whole.hold(bytes);
        }
    }

    /// Whether more is held than there may be: nothing that needs more of it is to begin.
    boolean isOverdrawn() {
        return left.get() < 0 || (whole != null && whole.isOverdrawn());
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
        if (whole != null) {
            whole.giveBack(bytes);
        }
    }

    long left() {
        return left.get();
    }
}
