package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.cluster.HeldBlob;
import hearth.model.CodeDigest;
import hearth.model.api.FunctionConfiguration;

/// What a configuration says of its deployment package.
///
/// @param size of the zip, in bytes
record StoredPackage(CodeDigest digest, long size) {
    static StoredPackage of(HeldBlob held) {
        return new StoredPackage(held.digest(), held.size());
    }

    /// One that is not kept.
    static StoredPackage of(byte[] zip) {
        return new StoredPackage(BlobStore.digestOf(zip), zip.length);
    }

    FunctionConfiguration.Builder in(FunctionConfiguration.Builder configuration) {
        return configuration.codeSha256(digest.base64()).codeSize(size);
    }
}
