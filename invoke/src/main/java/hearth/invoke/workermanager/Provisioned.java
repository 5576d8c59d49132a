package hearth.invoke.workermanager;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import java.util.Optional;

/// How far the provisioning of a function version has come.
///
/// @param wanted environments that are to be kept initialised
/// @param ready those of them that are initialised
/// @param failure why the last of them that failed did; empty again after a change of what is wanted
public record Provisioned(int wanted, int ready, Optional<NotRunnable> failure) {
    public static final Provisioned NONE = new Provisioned(0, 0, Optional.empty());

    /// Whether that is the function's own doing, and not for want of a worker.
    public boolean isFunctions() {
        return failure.filter(why -> (why.cause() == Cause.INIT_FAILED || why.cause() == Cause.CODE_UNAVAILABLE)
                        && !why.equals(Provisioning.NEVER_FITS))
                .isPresent();
    }
}
