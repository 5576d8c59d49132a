package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.DeleteLayerVersionRequest;
import hearth.model.api.NoContent;

/// `DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}`: functions that have the version keep it.
final class DeleteLayerVersion implements Operation<DeleteLayerVersionRequest, NoContent> {
    private final LayerStore layers;

    DeleteLayerVersion(LayerStore layers) {
        this.layers = layers;
    }

    /// A version that is not there (any more) counts as deleted.
    @Override
    public NoContent handle(Caller caller, DeleteLayerVersionRequest request) {
        layers.delete(
                LayerTarget.ownVersion(caller, request.layerName(), request.versionNumber(), "DeleteLayerVersion"));
        return NoContent.INSTANCE;
    }
}
