package hearth.control.functions;

import hearth.cluster.CodeReference;
import hearth.cluster.VersionRecord;
import hearth.control.code.TakenPackage;
import hearth.model.CodeDigest;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The members of a configuration that tell of its code, and where it came from.
///
/// @param size of the zip, in bytes; an image counts nothing
/// @param sha256 as the configuration shows it
record StoredCode(CodeDigest digest, long size, String sha256, FunctionCodeLocation source) {
    /// @param key that the customer would have the package encrypted with
    static StoredCode of(TakenPackage taken, @Nullable String key) {
        var source = FunctionCodeLocation.builder()
                .repositoryType("S3")
                .sourceKMSKeyArn(OmittedValues.text(key))
                .resolvedS3Object(taken.reference().map(CodeReference::object).orElse(null));
        return new StoredCode(taken.id(), taken.size(), taken.content().base64(), source.build());
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
