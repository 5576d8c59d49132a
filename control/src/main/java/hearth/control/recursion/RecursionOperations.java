package hearth.control.recursion;

import hearth.cluster.Store;
import hearth.control.operation.Operations;

/// The operations on recursion configs.
public final class RecursionOperations {
    private RecursionOperations() {}

    public static void addTo(Operations operations, Store store) {
        var functions = store.functions();
        operations.add(new GetFunctionRecursionConfig(functions)).add(new PutFunctionRecursionConfig(functions));
    }
}
