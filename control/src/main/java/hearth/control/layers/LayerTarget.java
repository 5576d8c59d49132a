package hearth.control.layers;

import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.LayerId;
import hearth.model.LayerVersionId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The layer that a request is about.
final class LayerTarget {
    private static final Pattern ARN = Pattern.compile("arn:[^:]+:lambda:([^:]+):([0-9]{12}):layer:([^:]+)");

    private LayerTarget() {}

    /// @param layerName a name or an ARN; an ARN may be that of another account's layer
    static LayerId of(Caller caller, @Nullable String layerName) {
        var name = String.valueOf(layerName);
        var arn = ARN.matcher(name);
        if (!arn.matches()) {
            return new LayerId(caller.account(), caller.region(), name);
        }
        if (!arn.group(1).equals(caller.region().value())) {
            throw LayerRefusals.otherRegion(arn.group(1), caller);
        }
        return new LayerId(new AccountId(arn.group(2)), caller.region(), arn.group(3));
    }

    /// A layer of the caller's own, which alone can be changed.
    ///
    /// @param action what the caller wants to do: `PublishLayerVersion`
    static LayerId own(Caller caller, @Nullable String layerName, String action) {
        var layer = of(caller, layerName);
        if (!caller.isOf(layer.account())) {
            throw caller.mayNot(action, layer.arn());
        }
        return layer;
    }

    static LayerVersionId version(Caller caller, @Nullable String layerName, @Nullable Long number) {
        return numbered(of(caller, layerName), number);
    }

    static LayerVersionId ownVersion(Caller caller, @Nullable String layerName, @Nullable Long number, String action) {
        var version = version(caller, layerName, number);
        if (!caller.isOf(version.layer().account())) {
            throw caller.mayNot(action, version.arn());
        }
        return version;
    }

    private static LayerVersionId numbered(LayerId layer, @Nullable Long number) {
        if (number == null || number < 1) {
            throw LayerRefusals.noSuchNumber();
        }
        return layer.version(number);
    }
}
