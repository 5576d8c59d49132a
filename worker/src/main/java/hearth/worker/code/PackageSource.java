package hearth.worker.code;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;

/// Where deployment packages come from: the store of the cluster, or where that says.
public interface PackageSource {
    /// The zip's bytes.
    InputStream open(CodeDigest id) throws IOException;

    /// What the bytes must have as their digest. It differs from the id for packages that are not in the store.
    default CodeDigest content(CodeDigest id) throws IOException {
        return id;
    }
}
