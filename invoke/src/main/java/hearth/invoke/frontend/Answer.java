package hearth.invoke.frontend;

import hearth.invoke.counting.Lease;
import hearth.model.ApiException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The one answer that the caller of an invocation gets: the first one that is given counts.
///
/// With it ends the invocation's part of the account's concurrency, before the answer leaves: so a caller who
/// invokes one after the other never meets its own count.
final class Answer {
    private final InvocationResponder responder;
    private final Runnable onGiven;
    private final AtomicBoolean given = new AtomicBoolean();
    private @Nullable Lease lease;
    private boolean begun;

    /// @param onGiven called once, before the answer leaves
    Answer(InvocationResponder responder, Runnable onGiven) {
        this.responder = responder;
        this.onGiven = onGiven;
    }

    void holds(Lease lease) {
        this.lease = lease;
    }

    boolean isGiven() {
        return given.get();
    }

    AnswerStream begin(InvocationResponse head) {
        begun = true;
        return responder.begin(head);
    }

    void give(InvocationResponse response) {
        if (give()) {
            if (begun) {
                responder.complete(response);
            } else {
                responder.answer(response);
            }
        }
    }

    void refuse(ApiException refusal) {
        if (give()) {
            if (begun) {
                responder.complete(InvocationResponse.endOf(refusal));
            } else {
                responder.refuse(refusal);
            }
        }
    }

    private boolean give() {
        if (!given.compareAndSet(false, true)) {
            return false;
        }
        onGiven.run();
        if (lease != null) {
            lease.close();
        }
        return true;
    }
}
