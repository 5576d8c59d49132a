package hearth.invoke;

import hearth.invoke.frontend.DispatchConfig;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.workermanager.WorkerManagerConfig;

/// What can be set on the synchronous path.
///
/// @param accountConcurrency how many invocations an account may run at once in a region, unless changed for it
public record InvokeConfig(
        int accountConcurrency,
        FunctionCacheConfig functions,
        WorkerManagerConfig environments,
        PlacementConfig placement,
        DispatchConfig dispatch) {
    public static final InvokeConfig DEFAULT = new InvokeConfig(
            1000,
            FunctionCacheConfig.DEFAULT,
            WorkerManagerConfig.DEFAULT,
            PlacementConfig.DEFAULT,
            DispatchConfig.DEFAULT);

    public InvokeConfig withEnvironments(WorkerManagerConfig changed) {
        return new InvokeConfig(accountConcurrency, functions, changed, placement, dispatch);
    }
}
