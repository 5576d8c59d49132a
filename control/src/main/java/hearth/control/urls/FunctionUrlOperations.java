package hearth.control.urls;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// The operations on function URLs.
public final class FunctionUrlOperations {
    private FunctionUrlOperations() {}

    /// @param randomness for the ids of URLs; used by many threads at once
    public static void addTo(Operations operations, Store store, InstantSource clock, RandomGenerator randomness) {
        var functions = store.functions();
        operations
                .add(new CreateFunctionUrlConfig(functions, clock, new UrlIds(randomness)))
                .add(new DeleteFunctionUrlConfig(functions))
                .add(new GetFunctionUrlConfig(functions))
                .add(new ListFunctionUrlConfigs(functions))
                .add(new UpdateFunctionUrlConfig(functions, clock));
    }
}
