package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.control.operation.Timestamps;
import hearth.control.runtimes.RuntimeManagement;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.time.InstantSource;

/// `PUT /2015-03-31/functions/{FunctionName}/configuration`
final class UpdateFunctionConfiguration
        implements Operation<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final ConfigurationRules rules;
    private final FunctionUpdates updates;
    private final InstantSource clock;

    UpdateFunctionConfiguration(
            FunctionStore functions, ConfigurationRules rules, FunctionUpdates updates, InstantSource clock) {
        this.functions = functions;
        this.rules = rules;
        this.updates = updates;
        this.clock = clock;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, UpdateFunctionConfigurationRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "UpdateFunctionConfiguration");
        var before = functions.find(function).orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        Unsupported.refuse(request);
        PackageType.check(before.latest().configuration(), request);
        rules.checkUpdate(before.latest().configuration(), request);
        RuntimeManagement.requireChangeable(functions, before, request.runtime());
        var change = updates.update(function, request.revisionId(), false, now -> {
            var latest = now.latest();
            var updated = Configurations.updated(function, latest.configuration(), request);
            CombinationRules.check(latest.configuration(), updated);
            return latest.with(updated.toBuilder()
                    .lastModified(Timestamps.of(clock.instant()))
                    .build());
        });
        return change.function().latest().configuration();
    }
}
