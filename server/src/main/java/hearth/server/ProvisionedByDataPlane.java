package hearth.server;

import hearth.control.operation.ProvisionedEnvironments;
import hearth.invoke.workermanager.Provisioned;
import hearth.model.FunctionId;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Has the control plane hear from the data plane, which starts later.
final class ProvisionedByDataPlane implements ProvisionedEnvironments {
    private volatile @Nullable Source source;

    /// Knows how far it is: the data plane of this process, or that of the member which owns the function's shard.
    @FunctionalInterface
    interface Source {
        /// May block.
        Provisioned provisioned(FunctionId function, String version);
    }

    void from(Source started) {
        source = started;
    }

    @Override
    public Progress of(FunctionId function, String version) {
        var known = source;
        if (known == null) {
            return Progress.NOTHING;
        }
        var provisioned = known.provisioned(function, version);
        return new Progress(
                provisioned.ready(),
                provisioned.failure().flatMap(ProvisionedByDataPlane::reason),
                provisioned.isFunctions());
    }

    /// No reason is told for want of a sandbox: that is Hearth's to overcome.
    private static Optional<String> reason(NotRunnable failure) {
        return switch (failure.cause()) {
            case SANDBOX_FAILED -> Optional.empty();
            case SHARE_USED_UP ->
                Optional.of(
                        "Hearth provisions no more here, so that invocations find room that nothing is provisioned for:"
                                + " see --provisioned-share.");
            case RUNTIME_MISSING, CODE_UNAVAILABLE, INIT_FAILED, RESTORE_FAILED, RESTORE_TIMED_OUT ->
                Optional.of("FUNCTION_ERROR_INIT_FAILURE");
        };
    }
}
