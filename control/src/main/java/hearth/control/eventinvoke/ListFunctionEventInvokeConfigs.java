package hearth.control.eventinvoke;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.ListFunctionEventInvokeConfigsRequest;
import hearth.model.api.ListFunctionEventInvokeConfigsResponse;

/// `GET /2019-09-25/functions/{FunctionName}/event-invoke-config/list`: by qualifier.
final class ListFunctionEventInvokeConfigs
        implements Operation<ListFunctionEventInvokeConfigsRequest, ListFunctionEventInvokeConfigsResponse> {
    private static final int LARGEST_PAGE = 50;

    private final FunctionStore functions;

    ListFunctionEventInvokeConfigs(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public ListFunctionEventInvokeConfigsResponse handle(Caller caller, ListFunctionEventInvokeConfigsRequest request) {
        var function = Target.of(caller, request.functionName(), null, "ListFunctionEventInvokeConfigs")
                .function();
        return functions.read(function, view -> list(view, request));
    }

    private static ListFunctionEventInvokeConfigsResponse list(
            FunctionView function, ListFunctionEventInvokeConfigsRequest request) {
        EventInvokeConfigs.requireFunction(function);
        var page = function.settings(
                Setting.EVENT_INVOKE_CONFIG,
                Marker.read(request.marker()),
                Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListFunctionEventInvokeConfigsResponse.builder()
                .functionEventInvokeConfigs(
                        page.items().stream().map(Qualified::value).toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().qualifier()) : null)
                .build();
    }
}
