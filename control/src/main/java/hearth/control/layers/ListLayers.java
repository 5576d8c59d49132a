package hearth.control.layers;

import hearth.cluster.LayerFilter;
import hearth.cluster.LayerStore;
import hearth.cluster.LayerVersionRecord;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.model.api.LayersListItem;
import hearth.model.api.ListLayersRequest;
import hearth.model.api.ListLayersResponse;

/// `GET /2018-10-31/layers`
final class ListLayers implements Operation<ListLayersRequest, ListLayersResponse> {
    static final int LARGEST_PAGE = 50;

    private final LayerStore layers;

    ListLayers(LayerStore layers) {
        this.layers = layers;
    }

    @Override
    public ListLayersResponse handle(Caller caller, ListLayersRequest request) {
        var page = layers.list(
                caller.account(),
                caller.region(),
                Marker.read(request.marker()),
                new LayerFilter(request.compatibleRuntime(), request.compatibleArchitecture()),
                Marker.pageSize(request.maxItems(), LARGEST_PAGE));
        return ListLayersResponse.builder()
                .layers(page.items().stream().map(ListLayers::item).toList())
                .nextMarker(
                        page.more()
                                ? Marker.of(page.items().getLast().id().layer().name())
                                : null)
                .build();
    }

    private static LayersListItem item(LayerVersionRecord newest) {
        var layer = newest.id().layer();
        return LayersListItem.builder()
                .layerName(layer.name())
                .layerArn(layer.arn())
                .latestMatchingVersion(newest.shown())
                .build();
    }
}
