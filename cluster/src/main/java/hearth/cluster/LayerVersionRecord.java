package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.LayerVersionId;
import hearth.model.api.LayerVersionsListItem;
import hearth.model.api.ResolvedS3Object;
import java.util.Optional;

/// One version of a layer as it is kept.
///
/// @param shown as lists show it
/// @param code what the version holds, as a zip: its digest, or the id of a `CodeReference`
/// @param content the zip's digest
/// @param codeSize of the zip, in bytes
/// @param resolved where the zip stays in S3; empty when it is kept here
/// @param revisionId of the policy
/// @param policy who else may use the version, as the API shows it; empty while nobody may
public record LayerVersionRecord(
        LayerVersionId id,
        LayerVersionsListItem shown,
        CodeDigest code,
        CodeDigest content,
        long codeSize,
        Optional<ResolvedS3Object> resolved,
        String revisionId,
        Optional<String> policy) {
    public LayerVersionRecord withPolicy(Optional<String> changed, String changedRevisionId) {
        return new LayerVersionRecord(id, shown, code, content, codeSize, resolved, changedRevisionId, changed);
    }
}
