package hearth.control.layers;

import hearth.cluster.LayerFilter;
import hearth.cluster.LayerStore;
import hearth.cluster.LayerVersionRecord;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.model.api.ListLayerVersionsRequest;
import hearth.model.api.ListLayerVersionsResponse;
import org.jspecify.annotations.Nullable;

/// `GET /2018-10-31/layers/{LayerName}/versions`
final class ListLayerVersions implements Operation<ListLayerVersionsRequest, ListLayerVersionsResponse> {
    private final LayerStore layers;

    ListLayerVersions(LayerStore layers) {
        this.layers = layers;
    }

    @Override
    public ListLayerVersionsResponse handle(Caller caller, ListLayerVersionsRequest request) {
        var layer = LayerTarget.own(caller, request.layerName(), "ListLayerVersions");
        var page = layers.listVersions(
                layer,
                before(request.marker()),
                new LayerFilter(request.compatibleRuntime(), request.compatibleArchitecture()),
                Marker.pageSize(request.maxItems(), ListLayers.LARGEST_PAGE));
        return ListLayerVersionsResponse.builder()
                .layerVersions(
                        page.items().stream().map(LayerVersionRecord::shown).toList())
                .nextMarker(
                        page.more()
                                ? Marker.of(Long.toString(
                                        page.items().getLast().id().number()))
                                : null)
                .build();
    }

    private static long before(@Nullable String marker) {
        var position = Marker.read(marker);
        if (position.isEmpty()) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(position);
        } catch (NumberFormatException e) {
            throw Marker.invalid();
        }
    }
}
