package hearth.control.operation;

import hearth.model.api.DestinationConfig;
import org.jspecify.annotations.Nullable;

/// The ARNs of a destination configuration. Null when there is none: an empty one takes it away.
public final class DestinationArns {
    private DestinationArns() {}

    public static @Nullable String onSuccess(@Nullable DestinationConfig config) {
        return config == null || config.onSuccess() == null
                ? null
                : given(config.onSuccess().destination());
    }

    public static @Nullable String onFailure(@Nullable DestinationConfig config) {
        return config == null || config.onFailure() == null
                ? null
                : given(config.onFailure().destination());
    }

    private static @Nullable String given(@Nullable String destination) {
        return destination == null || destination.isEmpty() ? null : destination;
    }
}
