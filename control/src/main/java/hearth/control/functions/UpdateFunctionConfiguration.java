package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.code.Packages;
import hearth.control.code.ReferredPackages;
import hearth.control.layers.LayerLookup;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.control.operation.Timestamps;
import hearth.control.runtimes.RuntimeManagement;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;

/// `PUT /2015-03-31/functions/{FunctionName}/configuration`
final class UpdateFunctionConfiguration
        implements Operation<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final Packages packages;
    private final ReferredPackages referred;
    private final LayerLookup layers;
    private final ConfigurationRules rules;
    private final FunctionUpdates updates;
    private final InstantSource clock;

    UpdateFunctionConfiguration(
            FunctionStore functions,
            Packages packages,
            ReferredPackages referred,
            LayerLookup layers,
            ConfigurationRules rules,
            FunctionUpdates updates,
            InstantSource clock) {
        this.functions = functions;
        this.packages = packages;
        this.referred = referred;
        this.layers = layers;
        this.rules = rules;
        this.updates = updates;
        this.clock = clock;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, UpdateFunctionConfigurationRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "UpdateFunctionConfiguration");
        rules.checkSizes(request.memorySize(), request.timeout(), request.ephemeralStorage());
        var before = functions.find(function).orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        Unsupported.refuse(request);
        PackageType.check(before.latest().configuration(), request);
        rules.checkUpdate(before.latest().configuration(), request);
        RuntimeManagement.requireChangeable(functions, before, request.runtime());
        var wanted = layers(caller, before.latest(), request);
        requireReadable(before.latest(), wanted);
        var change = updates.update(function, request.revisionId(), false, now -> {
            var latest = now.latest();
            // The layers were checked together with the code that the function had then.
            if (wanted.isPresent() && !latest.code().equals(before.latest().code())) {
                throw Refusals.updateInProgress(now.id());
            }
            var updated = Configurations.updated(function, latest.configuration(), request);
            CombinationRules.check(latest.configuration(), updated);
            var next = latest.with(updated.toBuilder()
                    .lastModified(Timestamps.of(clock.instant()))
                    .build());
            return wanted.map(found -> found.in(next)).orElse(next);
        });
        return change.function().latest().configuration();
    }

    /// Refuses an update whose parts are not all there: the code, and the layers that it keeps or gets.
    private void requireReadable(VersionRecord latest, Optional<FunctionLayers> wanted) {
        var ids = new ArrayList<>(wanted.map(FunctionLayers::digests).orElseGet(latest::layers));
        ids.add(latest.code());
        referred.requireReadable(ids);
    }

    /// The layers that the update sets; empty when they stay as they are.
    private Optional<FunctionLayers> layers(
            Caller caller, VersionRecord latest, UpdateFunctionConfigurationRequest request) {
        var arns = request.layers();
        if (arns == null) {
            return Optional.empty();
        }
        var found = FunctionLayers.find(layers, caller, arns);
        packages.unzipped(latest.code()).ifPresent(code -> packages.checkTogether(code, found.digests()));
        return Optional.of(found);
    }
}
