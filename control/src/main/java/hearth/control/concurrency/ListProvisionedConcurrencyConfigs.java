package hearth.control.concurrency;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.ListProvisionedConcurrencyConfigsRequest;
import hearth.model.api.ListProvisionedConcurrencyConfigsResponse;

/// `GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL`: by qualifier.
final class ListProvisionedConcurrencyConfigs
        implements Operation<ListProvisionedConcurrencyConfigsRequest, ListProvisionedConcurrencyConfigsResponse> {
    private static final int LARGEST_PAGE = 50;

    private final FunctionStore functions;
    private final ProvisioningProgress progress;

    ListProvisionedConcurrencyConfigs(FunctionStore functions, ProvisioningProgress progress) {
        this.functions = functions;
        this.progress = progress;
    }

    @Override
    public ListProvisionedConcurrencyConfigsResponse handle(
            Caller caller, ListProvisionedConcurrencyConfigsRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "ListProvisionedConcurrencyConfigs");
        return functions.read(function, view -> list(view, request));
    }

    private ListProvisionedConcurrencyConfigsResponse list(
            FunctionView function, ListProvisionedConcurrencyConfigsRequest request) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(function.id().arn());
        }
        var page = function.settings(
                Setting.PROVISIONED_CONCURRENCY,
                Marker.read(request.marker()),
                Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListProvisionedConcurrencyConfigsResponse.builder()
                .provisionedConcurrencyConfigs(page.items().stream()
                        .map(one -> progress.shown(
                                one.value(),
                                function.id(),
                                new ProvisionedTarget(function.id(), one.qualifier()).versions(function)))
                        .toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().qualifier()) : null)
                .build();
    }
}
