package hearth.control.layers;

import hearth.cluster.CodeReference;
import hearth.cluster.LayerStore;
import hearth.cluster.LayerVersionRecord;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.code.RequestedPackage;
import hearth.control.code.TakenPackage;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Timestamps;
import hearth.model.LayerVersionId;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.LayerVersionsListItem;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// `POST /2018-10-31/layers/{LayerName}/versions`
final class PublishLayerVersion implements Operation<PublishLayerVersionRequest, PublishLayerVersionResponse> {
    private final LayerStore layers;
    private final Packages packages;
    private final CodeStorage storage;
    private final LayerDescription description;
    private final RevisionIds revisionIds;
    private final InstantSource clock;

    PublishLayerVersion(
            LayerStore layers,
            Packages packages,
            CodeStorage storage,
            LayerDescription description,
            RevisionIds revisionIds,
            InstantSource clock) {
        this.layers = layers;
        this.packages = packages;
        this.storage = storage;
        this.description = description;
        this.revisionIds = revisionIds;
        this.clock = clock;
    }

    @Override
    public PublishLayerVersionResponse handle(Caller caller, PublishLayerVersionRequest request) {
        var layer = LayerTarget.own(caller, request.layerName(), "PublishLayerVersion");
        var content = Objects.requireNonNullElseGet(
                request.content(), () -> LayerVersionContentInput.builder().build());
        try (var taken = packages.take(RequestedPackage.of(content), layer.arn(), List.of());
                var _ = storage.take(caller.account(), caller.region(), taken.storedSize());
                var _ = packages.keep(taken)) {
            return shown(caller, layers.publish(layer, id -> version(id, request, taken)));
        }
    }

    private LayerVersionRecord version(LayerVersionId id, PublishLayerVersionRequest request, TakenPackage taken) {
        var shown = LayerVersionsListItem.builder()
                .layerVersionArn(id.arn())
                .version(id.number())
                .description(Objects.requireNonNullElse(request.description(), ""))
                .createdDate(Timestamps.of(clock.instant()))
                .compatibleRuntimes(request.compatibleRuntimes())
                .licenseInfo(request.licenseInfo())
                .compatibleArchitectures(request.compatibleArchitectures())
                .build();
        return new LayerVersionRecord(
                id,
                shown,
                taken.id(),
                taken.content(),
                taken.size(),
                taken.reference().map(CodeReference::object),
                revisionIds.next(),
                Optional.empty());
    }

    private PublishLayerVersionResponse shown(Caller caller, LayerVersionRecord version) {
        var shown = version.shown();
        return PublishLayerVersionResponse.builder()
                .content(description.content(caller, version))
                .layerArn(version.id().layer().arn())
                .layerVersionArn(shown.layerVersionArn())
                .description(shown.description())
                .createdDate(shown.createdDate())
                .version(shown.version())
                .compatibleRuntimes(shown.compatibleRuntimes())
                .licenseInfo(shown.licenseInfo())
                .compatibleArchitectures(shown.compatibleArchitectures())
                .build();
    }
}
