package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import java.util.Optional;

/// The states of a mapping, as the API shows them. All pure.
final class MappingLifecycle {
    static final String CREATING = "Creating";
    private static final String ENABLING = "Enabling";
    private static final String ENABLED = "Enabled";
    private static final String DISABLING = "Disabling";
    private static final String DISABLED = "Disabled";
    private static final String UPDATING = "Updating";
    private static final String DELETING = "Deleting";

    private MappingLifecycle() {}

    static boolean isAtRest(MappingRecord mapping) {
        var state = state(mapping);
        return state.equals(ENABLED) || state.equals(DISABLED);
    }

    /// The state that follows by itself; empty when the mapping is gone.
    static Optional<MappingRecord> next(MappingRecord mapping) {
        return switch (state(mapping)) {
            case CREATING -> Optional.of(in(mapping.enabled() ? ENABLING : DISABLED, mapping));
            case UPDATING -> Optional.of(in(mapping.enabled() ? ENABLED : DISABLED, mapping));
            case ENABLING -> Optional.of(in(ENABLED, mapping));
            case DISABLING -> Optional.of(in(DISABLED, mapping));
            case DELETING -> Optional.empty();
            default -> Optional.of(mapping);
        };
    }

    /// @param enabled whether it is to be enabled from now on
    static MappingRecord updating(MappingRecord mapping, boolean enabled) {
        var state = mapping.enabled() == enabled ? UPDATING : enabled ? ENABLING : DISABLING;
        return in(state, mapping.withEnabled(enabled));
    }

    static MappingRecord deleting(MappingRecord mapping) {
        return in(DELETING, mapping);
    }

    private static MappingRecord in(String state, MappingRecord mapping) {
        return mapping.with(mapping.configuration().toBuilder().state(state).build());
    }

    private static String state(MappingRecord mapping) {
        return String.valueOf(mapping.configuration().state());
    }
}
