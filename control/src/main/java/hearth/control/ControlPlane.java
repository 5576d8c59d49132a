package hearth.control;

import hearth.cluster.Store;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The control plane: hands each request to its operation. Operations block, so that a virtual thread should call.
public final class ControlPlane implements AutoCloseable {
    private final Map<ApiOperation, Operation<?, ?>> operations = new EnumMap<>(ApiOperation.class);
    private final Transitions transitions;

    /// Resumes what the last run did not bring to its end.
    ///
    /// @param randomness for revision ids; used by many threads at once
    public ControlPlane(
            Store store, InstantSource clock, RandomGenerator randomness, ControlLimits limits, CodeLocation code) {
        var functions = store.functions();
        var revisionIds = new RevisionIds(randomness);
        var packages = new Packages(store.blobs(), limits.packages());
        var rules = new ConfigurationRules(limits);
        var lookup = new FunctionLookup(functions);
        var storage = new CodeStorage(functions, limits.codeStorage());
        var tags = new Tags(functions, revisionIds);
        transitions = new Transitions(functions, revisionIds);
        var updates = new FunctionUpdates(functions, revisionIds, transitions);

        operations.put(
                ApiOperation.CREATE_FUNCTION,
                new CreateFunction(functions, packages, storage, rules, revisionIds, clock, transitions));
        operations.put(ApiOperation.DELETE_FUNCTION, new DeleteFunction(functions));
        operations.put(ApiOperation.GET_ACCOUNT_SETTINGS, new GetAccountSettings(functions, limits));
        operations.put(ApiOperation.GET_FUNCTION, new GetFunction(lookup, code));
        operations.put(ApiOperation.GET_FUNCTION_CONFIGURATION, new GetFunctionConfiguration(lookup));
        operations.put(ApiOperation.LIST_FUNCTIONS, new ListFunctions(functions));
        operations.put(ApiOperation.LIST_TAGS, new ListTags(tags));
        operations.put(ApiOperation.LIST_VERSIONS_BY_FUNCTION, new ListVersionsByFunction(functions));
        operations.put(ApiOperation.PUBLISH_VERSION, new PublishVersion(functions, storage, revisionIds, transitions));
        operations.put(ApiOperation.TAG_RESOURCE, new TagResource(tags));
        operations.put(ApiOperation.UNTAG_RESOURCE, new UntagResource(tags));
        operations.put(
                ApiOperation.UPDATE_FUNCTION_CODE,
                new UpdateFunctionCode(functions, packages, storage, updates, clock));
        operations.put(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                new UpdateFunctionConfiguration(functions, rules, updates, clock));
        transitions.resume();
    }

    /// The operations that are written.
    public Set<ApiOperation> operations() {
        return Set.copyOf(operations.keySet());
    }

    /// @param request of the operation's request type, its model constraints already checked
    /// @return of the operation's response type
    public ApiShape handle(ApiOperation operation, Caller caller, ApiShape request) {
        var handler = operations.get(operation);
        if (handler == null) {
            throw new ApiException(ApiError.NOT_IMPLEMENTED, operation.wireName() + " is not available in Hearth yet.");
        }
        return handle(handler, caller, operation.requestType().cast(request));
    }

    @SuppressWarnings("unchecked")
    private static <Q extends ApiShape> ApiShape handle(Operation<?, ?> handler, Caller caller, Q request) {
        // Each operation stands under its own name, whose request type was checked just before.
        return ((Operation<Q, ?>) handler).handle(caller, request);
    }

    /// Waits for functions on their way to another state.
    @Override
    public void close() {
        transitions.close();
    }
}
