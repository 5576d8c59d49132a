package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.GetLayerVersionPolicyRequest;
import hearth.model.api.GetLayerVersionPolicyResponse;

/// `GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy`
final class GetLayerVersionPolicy implements Operation<GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse> {
    private final LayerStore layers;

    GetLayerVersionPolicy(LayerStore layers) {
        this.layers = layers;
    }

    @Override
    public GetLayerVersionPolicyResponse handle(Caller caller, GetLayerVersionPolicyRequest request) {
        var version =
                LayerTarget.ownVersion(caller, request.layerName(), request.versionNumber(), "GetLayerVersionPolicy");
        var found = layers.find(version).orElseThrow(() -> LayerRefusals.versionNotFound(version));
        return GetLayerVersionPolicyResponse.builder()
                .policy(found.policy().orElseThrow(LayerRefusals::noPolicy))
                .revisionId(found.revisionId())
                .build();
    }
}
