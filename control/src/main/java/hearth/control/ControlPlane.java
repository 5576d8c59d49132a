package hearth.control;

import hearth.cluster.Store;
import hearth.control.aliases.AliasOperations;
import hearth.control.code.CodeStorage;
import hearth.control.code.ObjectStore;
import hearth.control.code.Packages;
import hearth.control.code.ReferredPackages;
import hearth.control.concurrency.ConcurrencyOperations;
import hearth.control.eventinvoke.EventInvokeOperations;
import hearth.control.functions.FunctionOperations;
import hearth.control.layers.LayerOperations;
import hearth.control.mappings.MappingOperations;
import hearth.control.mappings.SourceProbe;
import hearth.control.operation.Caller;
import hearth.control.operation.CodeLocation;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Operations;
import hearth.control.operation.Permissions;
import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.operation.RevisionIds;
import hearth.control.policies.PolicyOperations;
import hearth.control.policies.PolicyPermissions;
import hearth.control.recursion.RecursionOperations;
import hearth.control.runtimes.RuntimeOperations;
import hearth.control.scaling.ScalingOperations;
import hearth.control.signing.CodeSigning;
import hearth.control.signing.SigningOperations;
import hearth.control.tags.TagOperations;
import hearth.control.urls.FunctionUrlOperations;
import hearth.control.urls.UrlAddress;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.code.PackageThreads;
import hearth.model.policy.AccessRequest;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The control plane: hands each request to its operation. Operations block, so that a virtual thread should call.
public final class ControlPlane implements AutoCloseable {
    private static final List<String> OWNED =
            List.of("{FunctionName}", "{LayerName}", "{Resource}", "{ResourceArn}", "{CodeSigningConfigArn}");

    final Operations operations = new Operations();

    private final FunctionOperations functions;
    private final MappingOperations mappings;
    private final Permissions permissions;
    private final InstantSource clock;

    /// @param randomness for revision ids and the ids of URLs; used by many threads at once
    /// @param packageThreads check packages; stay the caller's
    public ControlPlane(
            Store store,
            InstantSource clock,
            RandomGenerator randomness,
            ControlLimits limits,
            CodeLocation code,
            UrlAddress urls,
            ProvisionedEnvironments environments,
            ObjectStore objects,
            SourceProbe sources,
            PackageThreads packageThreads) {
        this.clock = clock;
        permissions = new PolicyPermissions(store.functions());
        var revisionIds = new RevisionIds(randomness);
        AliasOperations.addTo(operations, store, revisionIds);
        ConcurrencyOperations.addTo(operations, store, clock, limits, environments);
        var packages = new Packages(store.blobs(), limits.packages(), objects, packageThreads);
        var referred = new ReferredPackages(store.blobs(), objects);
        var storage = new CodeStorage(store.functions(), limits.codeStorage());
        LayerOperations.addTo(operations, store.layers(), clock, revisionIds, packages, storage, code, limits.policy());
        EventInvokeOperations.addTo(operations, store, clock);
        FunctionUrlOperations.addTo(operations, store, clock, randomness, urls);
        PolicyOperations.addTo(operations, store, revisionIds, limits.policy());
        RecursionOperations.addTo(operations, store);
        RuntimeOperations.addTo(operations, store);
        ScalingOperations.addTo(operations, store);
        var signing = new CodeSigning(store.signing(), store.functions());
        functions = FunctionOperations.addTo(
                operations,
                store,
                clock,
                revisionIds,
                limits,
                packages,
                referred,
                storage,
                signing,
                code,
                environments);
        mappings = MappingOperations.addTo(operations, store, sources, clock, revisionIds);
        var signingConfigs = SigningOperations.addTo(operations, store, clock, revisionIds);
        TagOperations.addTo(operations, List.of(functions.tags(), mappings.tags(), signingConfigs));
    }

    /// The operations that are written.
    public Set<ApiOperation> operations() {
        return operations.all();
    }

    /// @param request of the operation's request type, its model constraints already checked
    /// @return of the operation's response type
    public ApiShape handle(ApiOperation operation, Caller caller, ApiShape request) {
        if (caller.requester() instanceof Requester.Service && !isOnAResource(operation)) {
            throw AccessRequest.refusalByIdentity(caller.requester(), "lambda:" + operation.wireName());
        }
        return operations
                .handle(operation, caller.with(permissions, ConditionKeys.NONE.at(clock.instant())), request)
                .orElseThrow(() -> new ApiException(
                        ApiError.NOT_IMPLEMENTED, operation.wireName() + " is not available in Hearth yet."));
    }

    /// Whether an operation names the function, the layer or another thing that has an owner, whom it then asks. All
    /// others are about the caller's own account.
    private static boolean isOnAResource(ApiOperation operation) {
        return OWNED.stream().anyMatch(operation.path()::contains)
                || operation == ApiOperation.GET_LAYER_VERSION_BY_ARN;
    }

    /// Looks soon whether the code that stays in S3 is still there: a worker could not fetch some.
    public void lookForCode() {
        functions.lookForCode();
    }

    /// Waits for what is on its way to another state.
    @Override
    public void close() {
        functions.close();
        mappings.close();
    }
}
