package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.operation.CodeLocation;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;
import hearth.model.Bytes;
import java.time.InstantSource;

/// The operations on layers.
public final class LayerOperations {
    private LayerOperations() {}

    /// @param policyLimit what one policy may come to
    public static void addTo(
            Operations operations,
            LayerStore layers,
            InstantSource clock,
            RevisionIds revisionIds,
            Packages packages,
            CodeStorage storage,
            CodeLocation location,
            Bytes policyLimit) {
        var lookup = new LayerLookup(layers);
        var description = new LayerDescription(location);
        operations
                .add(new AddLayerVersionPermission(layers, revisionIds, policyLimit))
                .add(new DeleteLayerVersion(layers))
                .add(new GetLayerVersion(lookup, description))
                .add(new GetLayerVersionByArn(lookup, description))
                .add(new GetLayerVersionPolicy(layers))
                .add(new ListLayers(layers))
                .add(new ListLayerVersions(layers))
                .add(new PublishLayerVersion(layers, packages, storage, description, revisionIds, clock))
                .add(new RemoveLayerVersionPermission(layers, revisionIds));
    }
}
