package hearth.control.eventinvoke;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.PutFunctionEventInvokeConfigRequest;
import java.time.InstantSource;

/// `PUT /2019-09-25/functions/{FunctionName}/event-invoke-config`: replaces what there was.
final class PutFunctionEventInvokeConfig
        implements Operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
    private final FunctionStore functions;
    private final InvokeDestinations destinations;
    private final InstantSource clock;

    PutFunctionEventInvokeConfig(FunctionStore functions, InvokeDestinations destinations, InstantSource clock) {
        this.functions = functions;
        this.destinations = destinations;
        this.clock = clock;
    }

    @Override
    public FunctionEventInvokeConfig handle(Caller caller, PutFunctionEventInvokeConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "PutFunctionEventInvokeConfig");
        EventInvokeConfigs.requireSomething(
                request.maximumRetryAttempts(), request.maximumEventAgeInSeconds(), request.destinationConfig());
        functions.read(target.function(), view -> EventInvokeConfigs.requireVersion(view, target));
        destinations.check(target.function(), request.destinationConfig());
        var config = FunctionEventInvokeConfig.builder()
                .lastModified(clock.instant())
                .functionArn(EventInvokeConfigs.arn(target))
                .maximumRetryAttempts(request.maximumRetryAttempts())
                .maximumEventAgeInSeconds(request.maximumEventAgeInSeconds())
                .destinationConfig(EventInvokeConfigs.shown(request.destinationConfig()))
                .build();
        return functions.edit(target.function(), edit -> {
            // It may have gone since.
            EventInvokeConfigs.requireVersion(edit, target);
            edit.put(Setting.EVENT_INVOKE_CONFIG, target.version(), config);
            return config;
        });
    }
}
