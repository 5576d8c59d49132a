package hearth.cluster;

import hearth.model.EventSourceMappingId;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Map;

/// One event source mapping as it is kept.
///
/// @param configuration as the API shows it, with the state
/// @param enabled whether it is to be enabled once it is at rest
/// @param tags in their order
public record MappingRecord(
        EventSourceMappingId id,
        EventSourceMappingConfiguration configuration,
        boolean enabled,
        Map<String, String> tags) {
    public MappingRecord with(EventSourceMappingConfiguration changed) {
        return new MappingRecord(id, changed, enabled, tags);
    }

    public MappingRecord withEnabled(boolean changed) {
        return new MappingRecord(id, configuration, changed, tags);
    }

    public MappingRecord withTags(Map<String, String> changed) {
        return new MappingRecord(id, configuration, enabled, changed);
    }
}
