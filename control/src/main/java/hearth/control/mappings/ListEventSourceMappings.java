package hearth.control.mappings;

import hearth.cluster.MappingFilter;
import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.ListEventSourceMappingsRequest;
import hearth.model.api.ListEventSourceMappingsResponse;

/// `GET /2015-03-31/event-source-mappings`
///
/// A function's are those that name it in the same way, qualified or not.
final class ListEventSourceMappings
        implements Operation<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> {
    /// A page is never larger, whatever MaxItems says.
    private static final int LARGEST_PAGE = 100;

    private final MappingStore mappings;

    ListEventSourceMappings(MappingStore mappings) {
        this.mappings = mappings;
    }

    @Override
    public ListEventSourceMappingsResponse handle(Caller caller, ListEventSourceMappingsRequest request) {
        var function = request.functionName() == null
                ? null
                : Target.ofOwn(caller, request.functionName(), "ListEventSourceMappings")
                        .arn();
        var page = mappings.list(
                caller.account(),
                caller.region(),
                new MappingFilter(function, request.eventSourceArn()),
                Marker.read(request.marker()),
                Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListEventSourceMappingsResponse.builder()
                .eventSourceMappings(
                        page.items().stream().map(MappingRecord::configuration).toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().id().uuid()) : null)
                .build();
    }
}
