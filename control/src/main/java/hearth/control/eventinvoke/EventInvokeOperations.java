package hearth.control.eventinvoke;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import java.time.InstantSource;

/// The operations on event invoke configs.
public final class EventInvokeOperations {
    private EventInvokeOperations() {}

    public static void addTo(Operations operations, Store store, InstantSource clock) {
        var functions = store.functions();
        var destinations = new InvokeDestinations(functions);
        operations
                .add(new DeleteFunctionEventInvokeConfig(functions))
                .add(new GetFunctionEventInvokeConfig(functions))
                .add(new ListFunctionEventInvokeConfigs(functions))
                .add(new PutFunctionEventInvokeConfig(functions, destinations, clock))
                .add(new UpdateFunctionEventInvokeConfig(functions, destinations, clock));
    }
}
