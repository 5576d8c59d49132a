package hearth.control.scaling;

import hearth.cluster.Store;
import hearth.control.operation.Operations;

/// The operations on function scaling configs.
public final class ScalingOperations {
    private ScalingOperations() {}

    public static void addTo(Operations operations, Store store) {
        var functions = store.functions();
        operations.add(new GetFunctionScalingConfig(functions)).add(new PutFunctionScalingConfig(functions));
    }
}
