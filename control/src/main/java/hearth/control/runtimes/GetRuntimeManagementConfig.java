package hearth.control.runtimes;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.GetRuntimeManagementConfigRequest;
import hearth.model.api.GetRuntimeManagementConfigResponse;

/// `GET /2021-07-20/functions/{FunctionName}/runtime-management-config`
final class GetRuntimeManagementConfig
        implements Operation<GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse> {
    private final FunctionStore functions;

    GetRuntimeManagementConfig(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public GetRuntimeManagementConfigResponse handle(Caller caller, GetRuntimeManagementConfigRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "GetRuntimeManagementConfig");
        return functions.read(target.function(), view -> show(view, target));
    }

    private static GetRuntimeManagementConfigResponse show(FunctionView function, Target target) {
        RuntimeManagement.requireVersion(function, target);
        return function
                .setting(RuntimeManagement.CONFIG, target.version())
                .orElseGet(() -> GetRuntimeManagementConfigResponse.builder()
                        .updateRuntimeOn(RuntimeManagement.AUTO)
                        .build())
                .toBuilder()
                .functionArn(target.arn())
                .build();
    }
}
