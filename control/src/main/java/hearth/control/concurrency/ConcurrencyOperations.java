package hearth.control.concurrency;

import hearth.cluster.Store;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Operations;
import hearth.control.operation.ProvisionedEnvironments;
import java.time.InstantSource;

/// The operations on reserved and provisioned concurrency.
public final class ConcurrencyOperations {
    private ConcurrencyOperations() {}

    public static void addTo(
            Operations operations,
            Store store,
            InstantSource clock,
            ControlLimits limits,
            ProvisionedEnvironments environments) {
        var functions = store.functions();
        var progress = new ProvisioningProgress(environments);
        int account = limits.concurrentExecutions();
        operations
                .add(new DeleteFunctionConcurrency(functions))
                .add(new DeleteProvisionedConcurrencyConfig(functions))
                .add(new GetFunctionConcurrency(functions))
                .add(new GetProvisionedConcurrencyConfig(functions, progress))
                .add(new ListProvisionedConcurrencyConfigs(functions, progress))
                .add(new PutFunctionConcurrency(functions, account))
                .add(new PutProvisionedConcurrencyConfig(functions, account, clock));
    }
}
