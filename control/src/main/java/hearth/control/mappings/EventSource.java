package hearth.control.mappings;

import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Optional;
import java.util.Set;

/// The rules of one kind of event source. Mappings as requests bring them have only what
/// is given. All pure.
interface EventSource {
    /// The settings that requests may bring, besides what names the source and what every kind takes.
    Set<Member<?>> members();

    /// The defaults of a new mapping.
    ///
    /// @param uuid of the mapping
    EventSourceMappingConfiguration defaults(String uuid);

    /// Refuses a new mapping for what its request lacks, or says of where to start.
    void checkCreation(EventSourceMappingConfiguration given);

    /// Refuses an update for what can no longer be changed.
    default void checkUpdate(EventSourceMappingConfiguration before, EventSourceMappingConfiguration given) {}

    /// Fills in what a request has begun to say.
    ///
    /// @param before the mapping before the update, or the defaults
    default EventSourceMappingConfiguration completed(
            EventSourceMappingConfiguration before, EventSourceMappingConfiguration mapping) {
        return mapping;
    }

    /// Refuses a mapping whose members do not go together.
    void check(EventSourceMappingConfiguration mapping);

    /// The reason why a mapping may not stand beside another of the same function; empty when it may.
    ///
    /// @param function its name
    Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other);
}
