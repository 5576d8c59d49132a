package hearth.control.concurrency;

import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.GetProvisionedConcurrencyConfigRequest;
import hearth.model.api.GetProvisionedConcurrencyConfigResponse;

/// `GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
final class GetProvisionedConcurrencyConfig
        implements Operation<GetProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigResponse> {
    private final FunctionStore functions;
    private final ProvisioningProgress progress;

    GetProvisionedConcurrencyConfig(FunctionStore functions, ProvisioningProgress progress) {
        this.functions = functions;
        this.progress = progress;
    }

    @Override
    public GetProvisionedConcurrencyConfigResponse handle(
            Caller caller, GetProvisionedConcurrencyConfigRequest request) {
        var target = ProvisionedTarget.of(
                caller, request.functionName(), request.qualifier(), "GetProvisionedConcurrencyConfig");
        target.requirePublished();
        var shown = functions.read(target.function(), view -> {
            var versions = target.versions(view);
            var kept = view.setting(Setting.PROVISIONED_CONCURRENCY, target.qualifier())
                    .orElseThrow(() -> new ApiException(
                            ApiError.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND,
                            "No Provisioned Concurrency Config found for this function"));
            return progress.shown(kept, target.function(), versions);
        });
        return GetProvisionedConcurrencyConfigResponse.builder()
                .requestedProvisionedConcurrentExecutions(shown.requestedProvisionedConcurrentExecutions())
                .availableProvisionedConcurrentExecutions(shown.availableProvisionedConcurrentExecutions())
                .allocatedProvisionedConcurrentExecutions(shown.allocatedProvisionedConcurrentExecutions())
                .status(shown.status())
                .statusReason(shown.statusReason())
                .lastModified(shown.lastModified())
                .build();
    }
}
