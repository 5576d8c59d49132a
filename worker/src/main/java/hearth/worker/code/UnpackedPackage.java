package hearth.worker.code;

import hearth.model.CodeDigest;
import java.nio.file.Path;

/// A package that lies in the cache, whole.
///
/// @param diskBytes about how much room it takes
record UnpackedPackage(CodeDigest digest, Path path, long diskBytes) {}
