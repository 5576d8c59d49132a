package hearth.control.urls;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Qualified;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.FunctionUrlConfig;
import hearth.model.api.ListFunctionUrlConfigsRequest;
import hearth.model.api.ListFunctionUrlConfigsResponse;

/// `GET /2021-10-31/functions/{FunctionName}/urls`: the function's own first, then those of its aliases by name.
final class ListFunctionUrlConfigs implements Operation<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
    private static final int LARGEST_PAGE = 50;

    private final FunctionStore functions;
    private final UrlAddress addresses;

    ListFunctionUrlConfigs(FunctionStore functions, UrlAddress addresses) {
        this.functions = functions;
        this.addresses = addresses;
    }

    @Override
    public ListFunctionUrlConfigsResponse handle(Caller caller, ListFunctionUrlConfigsRequest request) {
        var function = Target.of(caller, request.functionName(), null, "ListFunctionUrlConfigs")
                .function();
        return functions.read(function, view -> list(view, caller, request));
    }

    private ListFunctionUrlConfigsResponse list(
            FunctionView function, Caller caller, ListFunctionUrlConfigsRequest request) {
        FunctionUrls.requireFunction(function);
        var page = function.settings(
                FunctionUrls.URL, Marker.read(request.marker()), Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListFunctionUrlConfigsResponse.builder()
                .functionUrlConfigs(page.items().stream()
                        .map(Qualified::value)
                        .map(url -> item(FunctionUrls.told(url, caller, addresses)))
                        .toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().qualifier()) : null)
                .build();
    }

    private static FunctionUrlConfig item(FunctionUrlConfig url) {
        return url.toBuilder().invokeMode(FunctionUrls.invokeMode(url)).build();
    }
}
