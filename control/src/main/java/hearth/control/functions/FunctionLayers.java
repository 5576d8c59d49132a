package hearth.control.functions;

import hearth.cluster.LayerVersionRecord;
import hearth.cluster.VersionRecord;
import hearth.control.layers.LayerLookup;
import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.model.CodeDigest;
import hearth.model.LayerId;
import hearth.model.LayerVersionId;
import hearth.model.api.Layer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The layers that a function is to run with, in their order.
record FunctionLayers(List<LayerVersionRecord> versions) {
    /// Finds what a request names, and refuses what a function cannot have.
    static FunctionLayers find(LayerLookup lookup, Caller caller, List<String> arns) {
        var versions = new ArrayList<LayerVersionRecord>();
        var seen = new HashMap<LayerId, LayerVersionId>();
        for (var arn : arns) {
            var version = version(caller, arn);
            versions.add(lookup.find(caller, version).orElseThrow(() -> missing(arn)));
            requireOne(version, seen);
        }
        return new FunctionLayers(versions);
    }

    private static LayerVersionId version(Caller caller, String arn) {
        var version = LayerVersionId.parse(arn).orElseThrow(() -> missing(arn));
        if (!version.layer().region().equals(caller.region())) {
            throw Refusals.invalid("Layers are not in the same region as the function."
                    + " Layers are expected to be in region " + caller.region() + ".");
        }
        return version;
    }

    private static RuntimeException missing(String arn) {
        return Refusals.invalid("Layer version " + arn + " does not exist.");
    }

    private static void requireOne(LayerVersionId version, Map<LayerId, LayerVersionId> seen) {
        var other = seen.putIfAbsent(version.layer(), version);
        if (other != null) {
            throw Refusals.invalid(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                            + other + " and " + version + " are versions of the same layer.");
        }
    }

    List<CodeDigest> digests() {
        return versions.stream().map(LayerVersionRecord::code).toList();
    }

    /// The version with these layers in place of those that it had.
    VersionRecord in(VersionRecord version) {
        var shown = versions.stream()
                .map(layer -> Layer.builder()
                        .arn(layer.id().arn())
                        .codeSize(layer.codeSize())
                        .build())
                .toList();
        return version.with(version.configuration().toBuilder()
                        .layers(shown.isEmpty() ? null : shown)
                        .build())
                .withLayers(digests());
    }
}
