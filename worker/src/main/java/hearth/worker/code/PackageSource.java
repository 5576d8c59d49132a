package hearth.worker.code;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;

/// Where deployment packages come from: the store of the cluster.
public interface PackageSource {
    /// The zip's bytes; the cache checks that they have this digest.
    InputStream open(CodeDigest digest) throws IOException;
}
