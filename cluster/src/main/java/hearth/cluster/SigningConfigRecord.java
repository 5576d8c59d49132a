package hearth.cluster;

import hearth.model.CodeSigningConfigId;
import hearth.model.api.CodeSigningConfig;
import java.util.Map;

/// One code signing configuration as it is kept.
///
/// @param configuration as the API shows it
/// @param tags in their order
public record SigningConfigRecord(CodeSigningConfigId id, CodeSigningConfig configuration, Map<String, String> tags) {
    public SigningConfigRecord with(CodeSigningConfig changed) {
        return new SigningConfigRecord(id, changed, tags);
    }

    public SigningConfigRecord withTags(Map<String, String> changed) {
        return new SigningConfigRecord(id, configuration, changed);
    }
}
