package hearth.server;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.model.FunctionVersion;
import hearth.model.worker.Invocation;
import java.time.Duration;

/// The way in for callers who wait, which is shut while the host is drained and has waited long enough for them
/// to go elsewhere: they are told 503. What was let in goes on.
final class DispatchGate implements Dispatch {
    private final Dispatch inside;
    private volatile boolean shut;

    DispatchGate(Dispatch inside) {
        this.inside = inside;
    }

    void shut(boolean wanted) {
        shut = wanted;
    }

    @Override
    public void run(FunctionVersion version, Invocation invocation, Duration patience, DispatchListener listener) {
        if (shut) {
            listener.ended(new DispatchOutcome.Unavailable(Reason.CLOSED));
        } else {
            inside.run(version, invocation, patience, listener);
        }
    }
}
