package hearth.server;

import hearth.control.operation.ProvisionedEnvironments;
import hearth.invoke.ProvisionedConcurrency;
import hearth.model.FunctionId;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Has the control plane hear from the data plane, which starts later.
final class ProvisionedByDataPlane implements ProvisionedEnvironments {
    private volatile @Nullable ProvisionedConcurrency source;

    void from(ProvisionedConcurrency started) {
        source = started;
    }

    @Override
    public Progress of(FunctionId function, String version) {
        var known = source;
        if (known == null) {
            return NONE.of(function, version);
        }
        var provisioned = known.provisioned(function, version);
        return new Progress(provisioned.ready(), isFinal(provisioned.failure()));
    }

    /// Not for want of a sandbox: that is Hearth's to overcome.
    private static boolean isFinal(Optional<NotRunnable> failure) {
        return failure.filter(why -> why.cause() != NotRunnable.Cause.SANDBOX_FAILED)
                .isPresent();
    }
}
