package hearth.control.eventinvoke;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.UpdateFunctionEventInvokeConfigRequest;
import java.time.Instant;
import java.time.InstantSource;

/// `POST /2019-09-25/functions/{FunctionName}/event-invoke-config`: what the request does not bring stays.
final class UpdateFunctionEventInvokeConfig
        implements Operation<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
    private final FunctionStore functions;
    private final InvokeDestinations destinations;
    private final InstantSource clock;

    UpdateFunctionEventInvokeConfig(FunctionStore functions, InvokeDestinations destinations, InstantSource clock) {
        this.functions = functions;
        this.destinations = destinations;
        this.clock = clock;
    }

    @Override
    public FunctionEventInvokeConfig handle(Caller caller, UpdateFunctionEventInvokeConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "UpdateFunctionEventInvokeConfig");
        EventInvokeConfigs.requireSomething(
                request.maximumRetryAttempts(), request.maximumEventAgeInSeconds(), request.destinationConfig());
        functions.read(target.function(), view -> {
            EventInvokeConfigs.requireVersion(view, target);
            return EventInvokeConfigs.require(view, target);
        });
        destinations.check(target.function(), request.destinationConfig());
        var now = clock.instant();
        return functions.edit(target.function(), edit -> update(edit, target, request, now));
    }

    private static FunctionEventInvokeConfig update(
            FunctionEdit function, Target target, UpdateFunctionEventInvokeConfigRequest request, Instant now) {
        var config = EventInvokeConfigs.require(function, target).toBuilder().lastModified(now);
        if (request.maximumRetryAttempts() != null) {
            config.maximumRetryAttempts(request.maximumRetryAttempts());
        }
        if (request.maximumEventAgeInSeconds() != null) {
            config.maximumEventAgeInSeconds(request.maximumEventAgeInSeconds());
        }
        if (request.destinationConfig() != null) {
            config.destinationConfig(EventInvokeConfigs.shown(request.destinationConfig()));
        }
        var updated = config.build();
        function.put(Setting.EVENT_INVOKE_CONFIG, target.version(), updated);
        return updated;
    }
}
