package hearth.control.signing;

import hearth.cluster.SigningConfigRecord;
import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.model.api.ListCodeSigningConfigsRequest;
import hearth.model.api.ListCodeSigningConfigsResponse;

/// `GET /2020-04-22/code-signing-configs`
final class ListCodeSigningConfigs implements Operation<ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse> {
    /// A page is never larger, whatever MaxItems says.
    static final int LARGEST_PAGE = 50;

    private final SigningStore configs;

    ListCodeSigningConfigs(SigningStore configs) {
        this.configs = configs;
    }

    @Override
    public ListCodeSigningConfigsResponse handle(Caller caller, ListCodeSigningConfigsRequest request) {
        var page = configs.list(
                caller.account(),
                caller.region(),
                Marker.read(request.marker()),
                Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListCodeSigningConfigsResponse.builder()
                .codeSigningConfigs(page.items().stream()
                        .map(SigningConfigRecord::configuration)
                        .toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().id().id()) : null)
                .build();
    }
}
