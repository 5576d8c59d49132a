package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;

/// A version of a function whose code stays in S3.
///
/// @param qualifier `$LATEST` or the version's number
/// @param reference the id of its `CodeReference`
public record ReferringVersion(FunctionId function, String qualifier, CodeDigest reference) {}
