package hearth.control.policies;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;
import hearth.model.Bytes;

/// The operations on policies of functions.
public final class PolicyOperations {
    private PolicyOperations() {}

    /// @param limit what one policy may come to
    public static void addTo(Operations operations, Store store, RevisionIds revisionIds, Bytes limit) {
        var functions = store.functions();
        operations
                .add(new AddPermission(functions, revisionIds, limit))
                .add(new GetPolicy(functions))
                .add(new RemovePermission(functions, revisionIds))
                .add(new PutResourcePolicy(functions, revisionIds, limit))
                .add(new GetResourcePolicy(functions))
                .add(new DeleteResourcePolicy(functions, revisionIds));
    }
}
