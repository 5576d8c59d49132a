package hearth.control.signing;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;
import hearth.control.tags.Taggable;
import java.time.InstantSource;

/// The operations on code signing configurations.
public final class SigningOperations {
    private SigningOperations() {}

    /// @return the kind of resource, for its tags
    public static Taggable addTo(Operations operations, Store store, InstantSource clock, RevisionIds ids) {
        var configs = store.signing();
        var functions = store.functions();
        operations
                .add(new CreateCodeSigningConfig(configs, ids, clock))
                .add(new DeleteCodeSigningConfig(configs))
                .add(new DeleteFunctionCodeSigningConfig(functions))
                .add(new GetCodeSigningConfig(configs))
                .add(new GetFunctionCodeSigningConfig(functions))
                .add(new ListCodeSigningConfigs(configs))
                .add(new ListFunctionsByCodeSigningConfig(configs))
                .add(new PutFunctionCodeSigningConfig(functions, configs))
                .add(new UpdateCodeSigningConfig(configs, clock));
        return new SigningConfigTags(configs);
    }
}
