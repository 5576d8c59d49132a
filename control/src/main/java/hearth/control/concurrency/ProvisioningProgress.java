package hearth.control.concurrency;

import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.operation.ProvisionedEnvironments.Progress;
import hearth.model.FunctionId;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Shows a kept configuration with how far its environments have come.
final class ProvisioningProgress {
    private final ProvisionedEnvironments environments;

    ProvisioningProgress(ProvisionedEnvironments environments) {
        this.environments = environments;
    }

    /// @param versions that the configuration's qualifier points to
    ProvisionedConcurrencyConfigListItem shown(
            ProvisionedConcurrencyConfigListItem kept, FunctionId function, Set<String> versions) {
        int requested = Objects.requireNonNull(kept.requestedProvisionedConcurrentExecutions());
        var progress = versions.stream()
                .map(version -> environments.of(function, version))
                .reduce(new Progress(0, Optional.empty()), Progress::plus);
        int ready = Math.min(requested, progress.ready());
        var shown = kept.toBuilder()
                .allocatedProvisionedConcurrentExecutions(ready)
                .availableProvisionedConcurrentExecutions(ready);
        if (ready == requested) {
            return shown.status("READY").build();
        }
        return progress.failure()
                .map(reason -> shown.status("FAILED").statusReason(reason).build())
                .orElseGet(() -> shown.status("IN_PROGRESS").build());
    }
}
