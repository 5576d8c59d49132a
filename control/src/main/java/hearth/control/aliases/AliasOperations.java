package hearth.control.aliases;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;

/// The operations on aliases.
public final class AliasOperations {
    private AliasOperations() {}

    public static void addTo(Operations operations, Store store, RevisionIds revisionIds) {
        var functions = store.functions();
        operations
                .add(new CreateAlias(functions, revisionIds))
                .add(new DeleteAlias(functions))
                .add(new GetAlias(functions))
                .add(new ListAliases(functions))
                .add(new UpdateAlias(functions, revisionIds));
    }
}
