package hearth.control.policies;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;

/// The operations on policies of functions.
public final class PolicyOperations {
    private PolicyOperations() {}

    public static void addTo(Operations operations, Store store, RevisionIds revisionIds) {
        var functions = store.functions();
        operations
                .add(new AddPermission(functions, revisionIds))
                .add(new GetPolicy(functions))
                .add(new RemovePermission(functions, revisionIds));
    }
}
