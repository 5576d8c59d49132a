package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.LayerVersionId;
import hearth.model.api.LayerVersionsListItem;
import java.util.Optional;

/// One version of a layer as it is kept.
///
/// @param shown as lists show it
/// @param code what the version holds, as a zip
/// @param codeSize of the zip, in bytes
/// @param revisionId of the policy
/// @param policy who else may use the version, as the API shows it; empty while nobody may
public record LayerVersionRecord(
        LayerVersionId id,
        LayerVersionsListItem shown,
        CodeDigest code,
        long codeSize,
        String revisionId,
        Optional<String> policy) {
    public LayerVersionRecord withPolicy(Optional<String> changed, String changedRevisionId) {
        return new LayerVersionRecord(id, shown, code, codeSize, changedRevisionId, changed);
    }
}
