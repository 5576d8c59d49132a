package hearth.control.runtimes;

import hearth.cluster.Store;
import hearth.control.operation.Operations;

/// The operations on runtime management configs.
public final class RuntimeOperations {
    private RuntimeOperations() {}

    public static void addTo(Operations operations, Store store) {
        var functions = store.functions();
        operations.add(new GetRuntimeManagementConfig(functions)).add(new PutRuntimeManagementConfig(functions));
    }
}
