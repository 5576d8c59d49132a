package hearth.control.layers;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.GetLayerVersionRequest;
import hearth.model.api.GetLayerVersionResponse;

/// `GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}`
final class GetLayerVersion implements Operation<GetLayerVersionRequest, GetLayerVersionResponse> {
    private final LayerLookup lookup;
    private final LayerDescription description;

    GetLayerVersion(LayerLookup lookup, LayerDescription description) {
        this.lookup = lookup;
        this.description = description;
    }

    @Override
    public GetLayerVersionResponse handle(Caller caller, GetLayerVersionRequest request) {
        var version = LayerTarget.version(caller, request.layerName(), request.versionNumber());
        var found = lookup.find(caller, version).orElseThrow(LayerRefusals::notFound);
        return description.of(caller, found);
    }
}
