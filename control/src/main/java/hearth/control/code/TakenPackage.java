package hearth.control.code;

import hearth.cluster.CodeReference;
import hearth.model.CodeDigest;
import java.util.Optional;

/// A package that was taken in, good to be unpacked by a worker. One that was fetched counts as memory until it is
/// closed.
///
/// @param content the digest of the zip
/// @param reference to where the package stays; empty when it is to be kept
/// @param release of its memory
public record TakenPackage(byte[] zip, CodeDigest content, Optional<CodeReference> reference, Runnable release)
        implements AutoCloseable {
    /// A package that came with its request.
    static TakenPackage sent(byte[] zip, CodeDigest digest) {
        return new TakenPackage(zip, digest, Optional.empty(), () -> {});
    }

    /// A package that was fetched, to be kept here.
    static TakenPackage fetched(ObjectStore.Answer.Found found, CodeDigest digest) {
        return new TakenPackage(found.content(), digest, Optional.empty(), found.release());
    }

    /// A package that was fetched to be checked, and stays where it is.
    static TakenPackage referred(ObjectStore.Answer.Found found, CodeReference reference) {
        return new TakenPackage(found.content(), reference.content(), Optional.of(reference), found.release());
    }

    @Override
    public void close() {
        release.run();
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
