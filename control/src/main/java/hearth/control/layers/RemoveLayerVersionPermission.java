package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.model.api.NoContent;
import hearth.model.api.RemoveLayerVersionPermissionRequest;

/// `DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}`
final class RemoveLayerVersionPermission implements Operation<RemoveLayerVersionPermissionRequest, NoContent> {
    private final LayerStore layers;
    private final RevisionIds revisionIds;

    RemoveLayerVersionPermission(LayerStore layers, RevisionIds revisionIds) {
        this.layers = layers;
        this.revisionIds = revisionIds;
    }

    @Override
    public NoContent handle(Caller caller, RemoveLayerVersionPermissionRequest request) {
        var version = LayerTarget.ownVersion(
                caller, request.layerName(), request.versionNumber(), "RemoveLayerVersionPermission");
        var revisionId = revisionIds.next();
        var changed = layers.updatePolicy(version, now -> {
            if (now.policy().isEmpty()) {
                throw LayerRefusals.noPolicy();
            }
            var policy = LayerPolicy.of(now).without(String.valueOf(request.statementId()));
            if (request.revisionId() != null && !request.revisionId().equals(now.revisionId())) {
                throw LayerRefusals.policyRevisionMismatch();
            }
            return now.withPolicy(LayerPolicy.kept(policy), revisionId);
        });
        if (changed.isEmpty()) {
            throw LayerRefusals.versionNotFound(version);
        }
        return NoContent.INSTANCE;
    }
}
