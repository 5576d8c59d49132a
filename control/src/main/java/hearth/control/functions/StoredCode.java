package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.cluster.HeldBlob;
import hearth.cluster.VersionRecord;
import hearth.model.CodeDigest;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a configuration says of its code, and where that came from.
///
/// @param size of the zip, in bytes; an image counts nothing
/// @param sha256 as the configuration shows it
record StoredCode(CodeDigest digest, long size, String sha256, FunctionCodeLocation source) {
    /// @param key that the customer would have the package encrypted with
    static StoredCode of(HeldBlob held, @Nullable String key) {
        return zip(held.digest(), held.size(), key);
    }

    /// One that is not kept.
    static StoredCode of(byte[] zip, @Nullable String key) {
        return zip(BlobStore.digestOf(zip), zip.length, key);
    }

    private static StoredCode zip(CodeDigest digest, long size, @Nullable String key) {
        var source = FunctionCodeLocation.builder().repositoryType("S3").sourceKMSKeyArn(Given.text(key));
        return new StoredCode(digest, size, digest.base64(), source.build());
    }

    static StoredCode of(ImageReference image) {
        var source = FunctionCodeLocation.builder()
                .repositoryType("ECR")
                .imageUri(image.uri())
                .resolvedImageUri(image.resolved());
        return new StoredCode(image.digest(), 0, image.digest().hex(), source.build());
    }

    FunctionConfiguration.Builder in(FunctionConfiguration.Builder configuration) {
        return configuration.codeSha256(sha256).codeSize(size);
    }

    VersionRecord version(FunctionConfiguration configuration, long generation) {
        return new VersionRecord(configuration, digest, generation, source, List.of());
    }
}
