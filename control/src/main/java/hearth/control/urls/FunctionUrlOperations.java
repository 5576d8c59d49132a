package hearth.control.urls;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// The operations on function URLs.
public final class FunctionUrlOperations {
    private FunctionUrlOperations() {}

    /// @param randomness for the ids of URLs; used by many threads at once
    public static void addTo(
            Operations operations, Store store, InstantSource clock, RandomGenerator randomness, UrlAddress addresses) {
        var functions = store.functions();
        operations
                .add(new CreateFunctionUrlConfig(functions, clock, new UrlIds(randomness), addresses))
                .add(new DeleteFunctionUrlConfig(functions))
                .add(new GetFunctionUrlConfig(functions, addresses))
                .add(new ListFunctionUrlConfigs(functions, addresses))
                .add(new UpdateFunctionUrlConfig(functions, clock, addresses));
    }
}
