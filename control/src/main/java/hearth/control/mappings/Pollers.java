package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Objects;

/// The rules for the number of pollers of a mapping in provisioned mode.
final class Pollers {
    private static final int LARGEST_MINIMUM = 200;
    private static final int LARGEST_MAXIMUM = 10_000;
    private static final int DEFAULT_MAXIMUM = 200;

    private Pollers() {}

    /// @param smallest that the kind of source may have
    static EventSourceMappingConfiguration completed(EventSourceMappingConfiguration mapping, int smallest) {
        var pollers = mapping.provisionedPollerConfig();
        if (pollers == null) {
            return mapping;
        }
        int minimum = Objects.requireNonNullElse(pollers.minimumPollers(), smallest);
        var complete = pollers.toBuilder()
                .minimumPollers(minimum)
                .maximumPollers(
                        Objects.requireNonNullElse(pollers.maximumPollers(), Math.max(DEFAULT_MAXIMUM, minimum)))
                .build();
        return mapping.toBuilder().provisionedPollerConfig(complete).build();
    }

    static void check(EventSourceMappingConfiguration mapping, int smallest) {
        var pollers = mapping.provisionedPollerConfig();
        if (pollers == null) {
            return;
        }
        int minimum = Objects.requireNonNull(pollers.minimumPollers());
        int maximum = Objects.requireNonNull(pollers.maximumPollers());
        if (minimum < smallest || minimum > LARGEST_MINIMUM || maximum < minimum || maximum > LARGEST_MAXIMUM) {
            throw Refusals.invalid(
                    "MinimumPollers should be between [%d, %d] and MaximumPollers should be between [MinimumPollers, %d]"
                            .formatted(smallest, LARGEST_MINIMUM, LARGEST_MAXIMUM));
        }
    }
}
