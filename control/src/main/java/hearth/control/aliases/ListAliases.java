package hearth.control.aliases;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Page;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ListAliasesRequest;
import hearth.model.api.ListAliasesResponse;

/// `GET /2015-03-31/functions/{FunctionName}/aliases`: by name, of one version if the request names one.
final class ListAliases implements Operation<ListAliasesRequest, ListAliasesResponse> {
    private static final int LARGEST_PAGE = 50;

    private final FunctionStore functions;

    ListAliases(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public ListAliasesResponse handle(Caller caller, ListAliasesRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "ListAliases");
        var page = functions.read(function, view -> page(view, request));
        return ListAliasesResponse.builder()
                .aliases(page.items())
                .nextMarker(
                        page.more()
                                ? Marker.of(
                                        String.valueOf(page.items().getLast().name()))
                                : null)
                .build();
    }

    private static Page<AliasConfiguration> page(FunctionView function, ListAliasesRequest request) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(function.id().arn());
        }
        var after = Marker.read(request.marker());
        int most = Marker.pageSize(request.maxItems(), LARGEST_PAGE);
        var version = request.functionVersion();
        return version == null
                ? function.aliases(after, most)
                : Page.cut(
                        function.aliases().stream()
                                .filter(alias -> String.valueOf(alias.name()).compareTo(after) > 0)
                                .filter(alias -> Qualifiers.versions(alias).contains(version))
                                .toList(),
                        most);
    }
}
