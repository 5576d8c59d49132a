package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.functions.Listing.Position;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.FunctionId;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.ListVersionsByFunctionRequest;
import hearth.model.api.ListVersionsByFunctionResponse;
import java.util.ArrayList;

/// `GET /2015-03-31/functions/{FunctionName}/versions`
final class ListVersionsByFunction implements Operation<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> {
    private final FunctionStore functions;

    ListVersionsByFunction(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public ListVersionsByFunctionResponse handle(Caller caller, ListVersionsByFunctionRequest request) {
        var function = Target.of(caller, request.functionName(), null, "ListVersionsByFunction")
                .function();
        var record = functions.find(function).orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        boolean first = request.marker() == null || request.marker().isEmpty();
        var start = Position.of(request.marker());
        int most = Listing.pageSize(request.maxItems());

        var items = new ArrayList<FunctionConfiguration>();
        if (first) {
            items.add(Listing.item(record.latest().configuration()).toBuilder()
                    .functionArn(function.arn(FunctionId.LATEST))
                    .build());
        }
        var page = functions.listVersions(function, start.version(), most - items.size());
        page.items().stream()
                .map(VersionRecord::configuration)
                .map(Listing::item)
                .forEach(items::add);
        return ListVersionsByFunctionResponse.builder()
                .versions(items)
                .nextMarker(page.more() ? Position.of(items.getLast()).marker() : null)
                .build();
    }
}
