package hearth.control.runtimes;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.GetRuntimeManagementConfigResponse;
import hearth.model.api.PutRuntimeManagementConfigRequest;
import hearth.model.api.PutRuntimeManagementConfigResponse;

/// `PUT /2021-07-20/functions/{FunctionName}/runtime-management-config`
final class PutRuntimeManagementConfig
        implements Operation<PutRuntimeManagementConfigRequest, PutRuntimeManagementConfigResponse> {
    private final FunctionStore functions;

    PutRuntimeManagementConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public PutRuntimeManagementConfigResponse handle(Caller caller, PutRuntimeManagementConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "PutRuntimeManagementConfig");
        var config = GetRuntimeManagementConfigResponse.builder()
                .updateRuntimeOn(request.updateRuntimeOn())
                .runtimeVersionArn(request.runtimeVersionArn())
                .build();
        functions.edit(target.function(), edit -> put(edit, target, config));
        return PutRuntimeManagementConfigResponse.builder()
                .functionArn(target.arn())
                .updateRuntimeOn(config.updateRuntimeOn())
                .runtimeVersionArn(config.runtimeVersionArn())
                .build();
    }

    private static GetRuntimeManagementConfigResponse put(
            FunctionEdit function, Target target, GetRuntimeManagementConfigResponse config) {
        var build = RuntimeManagement.build(RuntimeManagement.requireVersion(function, target));
        if (RuntimeManagement.MANUAL.equals(config.updateRuntimeOn())) {
            requireBuild(config, build);
        } else if (config.runtimeVersionArn() != null) {
            throw Refusals.invalid("RuntimeVersionArn is only supported when UpdateRuntimeOn is set to Manual.");
        }
        function.put(RuntimeManagement.CONFIG, target.version(), config);
        return config;
    }

    private static void requireBuild(GetRuntimeManagementConfigResponse config, String build) {
        var requested = config.runtimeVersionArn();
        if (requested == null) {
            throw Refusals.invalid("RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.");
        }
        if (!requested.equals(build)) {
            throw Refusals.invalid("The runtime version %s is not available. Hearth has one for this function: %s"
                    .formatted(requested, build));
        }
    }
}
