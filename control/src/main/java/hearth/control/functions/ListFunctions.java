package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.cluster.Page;
import hearth.cluster.VersionRecord;
import hearth.control.functions.Listing.Position;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.FunctionId;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.ListFunctionsRequest;
import hearth.model.api.ListFunctionsResponse;
import java.util.List;

/// `GET /2015-03-31/functions/`
final class ListFunctions implements Operation<ListFunctionsRequest, ListFunctionsResponse> {
    private final FunctionStore functions;

    ListFunctions(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public ListFunctionsResponse handle(Caller caller, ListFunctionsRequest request) {
        var start = Position.of(request.marker());
        int most = Listing.pageSize(request.maxItems());
        var master = request.masterRegion();
        if (master != null
                && !master.equals("ALL")
                && !master.equals(caller.region().value())) {
            // Functions replicated from another region are Lambda@Edge's, which is not here.
            return ListFunctionsResponse.builder().functions(List.of()).build();
        }
        boolean all = "ALL".equals(request.functionVersion());
        Page<VersionRecord> page = all
                ? functions.listAllVersions(caller.account(), caller.region(), start.name(), start.version(), most)
                : functions.list(caller.account(), caller.region(), start.name(), most);
        return ListFunctionsResponse.builder()
                .functions(page.items().stream()
                        .map(version -> item(version.configuration(), all))
                        .toList())
                .nextMarker(
                        page.more()
                                ? Position.of(page.items().getLast().configuration())
                                        .marker()
                                : null)
                .build();
    }

    /// In a list of all versions, `$LATEST` has a qualified ARN like every other.
    private static FunctionConfiguration item(FunctionConfiguration configuration, boolean all) {
        var item = Listing.item(configuration);
        return all && FunctionId.LATEST.equals(item.version())
                ? item.toBuilder()
                        .functionArn(item.functionArn() + ":" + FunctionId.LATEST)
                        .build()
                : item;
    }
}
