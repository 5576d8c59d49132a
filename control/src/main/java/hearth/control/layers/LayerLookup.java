package hearth.control.layers;

import hearth.cluster.LayerStore;
import hearth.cluster.LayerVersionRecord;
import hearth.control.operation.Caller;
import hearth.model.LayerVersionId;
import hearth.model.policy.Decision;
import java.util.Optional;

/// Finds the versions of layers that a caller may use: their own, and those that others let them use.
public final class LayerLookup {
    private static final String ACTION = "GetLayerVersion";

    private final LayerStore layers;

    public LayerLookup(LayerStore layers) {
        this.layers = layers;
    }

    /// Finds a version; empty when the caller has none such. Nobody learns which versions others have.
    public Optional<LayerVersionRecord> find(Caller caller, LayerVersionId version) {
        var found = layers.find(version);
        if (!caller.isOf(version.layer().account())) {
            var request = caller.asks(ACTION, version.arn());
            var decision = found.map(LayerPolicy::of)
                    .map(policy -> policy.decide(request))
                    .orElse(Decision.UNDECIDED);
            if (!decision.isAllowed()) {
                throw request.refusal(decision);
            }
        }
        return found;
    }
}
