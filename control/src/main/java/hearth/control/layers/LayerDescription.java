package hearth.control.layers;

import hearth.cluster.LayerVersionRecord;
import hearth.control.operation.Caller;
import hearth.control.operation.CodeLocation;
import hearth.model.api.GetLayerVersionResponse;
import hearth.model.api.LayerVersionContentOutput;

/// A layer version as it is shown to one who asks for it.
final class LayerDescription {
    private final CodeLocation location;

    LayerDescription(CodeLocation location) {
        this.location = location;
    }

    GetLayerVersionResponse of(Caller caller, LayerVersionRecord version) {
        var shown = version.shown();
        return GetLayerVersionResponse.builder()
                .content(content(caller, version))
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

    LayerVersionContentOutput content(Caller caller, LayerVersionRecord version) {
        return LayerVersionContentOutput.builder()
                .location(
                        version.resolved().isPresent()
                                ? null
                                : location.of(caller, version.code()).orElse(null))
                .codeSha256(version.content().base64())
                .codeSize(version.codeSize())
                .resolvedS3Object(version.resolved().orElse(null))
                .build();
    }
}
