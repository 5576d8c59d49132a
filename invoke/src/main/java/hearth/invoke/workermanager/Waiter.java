package hearth.invoke.workermanager;

import hearth.model.worker.WorkerId;
import java.util.Set;

/// Who asked for an environment. Exactly one of `served`, `failed` and `moved` is called, once, perhaps before
/// `acquire` returns, on whatever thread brought the environment; it must not block.
public interface Waiter {
    void served(Assignment assignment);

    void failed(Unavailable why);

    /// Another member looks after the function's environments by now, which may have one. A process that is alone
    /// never says so.
    default void moved() {
        failed(new Unavailable.Closed());
    }

    /// The workers that the invocation cannot be sent to: an environment there is of no use. Does not change.
    default Set<WorkerId> avoids() {
        return Set.of();
    }
}
