package hearth.invoke.workermanager;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.util.Optional;

/// How far the provisioning of a function version has come.
///
/// @param wanted environments that are to be kept initialised
/// @param ready those of them that are initialised
/// @param failure why the last of them that failed did; empty again after a change of what is wanted
public record Provisioned(int wanted, int ready, Optional<NotRunnable> failure) {
    public static final Provisioned NONE = new Provisioned(0, 0, Optional.empty());
}
