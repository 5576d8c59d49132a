package hearth.control.code;

import hearth.cluster.CodeReference;
import hearth.model.CodeDigest;
import java.util.Optional;

/// A package that was taken in, good to be unpacked by a worker.
///
/// @param content the digest of the zip
/// @param reference to where the package stays; empty when it is to be kept
public record TakenPackage(byte[] zip, CodeDigest content, Optional<CodeReference> reference) {
    static TakenPackage kept(byte[] zip, CodeDigest digest) {
        return new TakenPackage(zip, digest, Optional.empty());
    }

    static TakenPackage in(byte[] zip, CodeReference reference) {
        return new TakenPackage(zip, reference.content(), Optional.of(reference));
    }

    /// The digest or id that stands for it in the store.
    public CodeDigest id() {
        return reference.map(CodeReference::id).orElse(content);
    }

    /// The size of the zip, in bytes.
    public long size() {
        return zip.length;
    }

    /// The bytes of the account's code storage that it takes.
    public long storedSize() {
        return reference.isPresent() ? 0 : size();
    }
}
