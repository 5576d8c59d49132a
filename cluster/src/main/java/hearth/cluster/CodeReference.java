package hearth.cluster;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.api.ResolvedS3Object;
import java.nio.charset.StandardCharsets;

/// A package that stays in S3, and is kept nowhere here.
///
/// @param id stands for it wherever a kept package has its digest. It is no package's digest: what is copied and what
/// is referred to never share a file, even with the same content
/// @param object with its version, which holds the same content for ever
/// @param content the digest of what the object held
/// @param size of the zip
/// @param unzipped what it unpacks to
public record CodeReference(CodeDigest id, ResolvedS3Object object, CodeDigest content, Bytes size, Bytes unzipped) {
    public static CodeReference of(ResolvedS3Object object, CodeDigest content, Bytes size, Bytes unzipped) {
        var name = Documents.of(object) + "\n" + content.hex();
        return new CodeReference(
                BlobStore.digestOf(name.getBytes(StandardCharsets.UTF_8)), object, content, size, unzipped);
    }
}
