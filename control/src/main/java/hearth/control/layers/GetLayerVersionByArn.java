package hearth.control.layers;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.LayerVersionId;
import hearth.model.api.GetLayerVersionByArnRequest;
import hearth.model.api.GetLayerVersionResponse;

/// `GET /2018-10-31/layers?find=LayerVersion`
final class GetLayerVersionByArn implements Operation<GetLayerVersionByArnRequest, GetLayerVersionResponse> {
    private final LayerLookup lookup;
    private final LayerDescription description;

    GetLayerVersionByArn(LayerLookup lookup, LayerDescription description) {
        this.lookup = lookup;
        this.description = description;
    }

    @Override
    public GetLayerVersionResponse handle(Caller caller, GetLayerVersionByArnRequest request) {
        var version = LayerVersionId.parse(String.valueOf(request.arn())).orElseThrow(LayerRefusals::notFound);
        if (!version.layer().region().equals(caller.region())) {
            throw LayerRefusals.otherRegion(version.layer().region().value(), caller);
        }
        var found = lookup.find(caller, version).orElseThrow(LayerRefusals::notFound);
        return description.of(caller, found);
    }
}
