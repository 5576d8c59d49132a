package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.model.Bytes;
import hearth.model.api.AddLayerVersionPermissionRequest;
import hearth.model.api.AddLayerVersionPermissionResponse;

/// `POST /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy`
final class AddLayerVersionPermission
        implements Operation<AddLayerVersionPermissionRequest, AddLayerVersionPermissionResponse> {
    private final LayerStore layers;
    private final RevisionIds revisionIds;
    private final Bytes limit;

    AddLayerVersionPermission(LayerStore layers, RevisionIds revisionIds, Bytes limit) {
        this.layers = layers;
        this.revisionIds = revisionIds;
        this.limit = limit;
    }

    @Override
    public AddLayerVersionPermissionResponse handle(Caller caller, AddLayerVersionPermissionRequest request) {
        var version = LayerTarget.ownVersion(
                caller, request.layerName(), request.versionNumber(), "AddLayerVersionPermission");
        var statement = LayerPolicy.statement(
                version,
                String.valueOf(request.statementId()),
                String.valueOf(request.principal()),
                request.organizationId());
        var revisionId = revisionIds.next();
        var changed = layers.updatePolicy(version, now -> {
                    var policy = LayerPolicy.of(now).with(statement, limit);
                    if (request.revisionId() != null && !request.revisionId().equals(now.revisionId())) {
                        throw LayerRefusals.policyRevisionMismatch();
                    }
                    return now.withPolicy(LayerPolicy.kept(policy), revisionId);
                })
                .orElseThrow(() -> LayerRefusals.versionNotFound(version));
        return AddLayerVersionPermissionResponse.builder()
                .statement(statement.text())
                .revisionId(changed.revisionId())
                .build();
    }
}
