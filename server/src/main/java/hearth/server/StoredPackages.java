package hearth.server;

import hearth.cluster.BlobStore;
import hearth.cluster.CodeReference;
import hearth.cluster.PackageUnavailableException;
import hearth.cluster.StoreException;
import hearth.control.code.ObjectStore;
import hearth.control.code.ObjectStore.Answer;
import hearth.control.code.ReferredPackages;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.worker.code.PackageSource;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The packages that the worker unpacks: those of the store, and those that stay in S3.
final class StoredPackages implements PackageSource {
    private final BlobStore blobs;
    private final ObjectStore objects;
    private final Bytes largest;
    private final Runnable onMissing;

    /// @param largest that a zip in S3 may be
    /// @param onMissing run when S3 refuses a package
    StoredPackages(BlobStore blobs, ObjectStore objects, Bytes largest, Runnable onMissing) {
        this.blobs = blobs;
        this.objects = objects;
        this.largest = largest;
        this.onMissing = onMissing;
    }

    @Override
    public InputStream open(CodeDigest id) throws IOException {
        var kept = kept(id);
        return kept.isPresent()
                ? kept.get()
                : fetch(reference(id)
                        .orElseThrow(() -> new FileNotFoundException("The store has no package " + id.hex())));
    }

    private Optional<InputStream> kept(CodeDigest id) throws IOException {
        try {
            return blobs.open(id);
        } catch (PackageUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        } catch (StoreException e) {
            throw away(e);
        }
    }

    private Optional<CodeReference> reference(CodeDigest id) throws IOException {
        try {
            return blobs.reference(id);
        } catch (StoreException e) {
            throw away(e);
        }
    }

    private static IOException away(StoreException cause) {
        return new IOException("the store cannot say at the moment where the package is", cause);
    }

    @Override
    public CodeDigest content(CodeDigest id) throws IOException {
        // What is a file here is no reference, also while the database is away and cannot say so.
        return blobs.isHere(id) ? id : reference(id).map(CodeReference::content).orElse(id);
    }

    private InputStream fetch(CodeReference reference) throws IOException {
        return switch (objects.get(ReferredPackages.object(reference.object()), largest.count())) {
            case Answer.Found(var content, var _, var release) -> new FetchedPackage(content, release);
            case Answer.Refused(var code, var message) -> {
                onMissing.run();
                throw new FileNotFoundException("S3 Error Code: " + code + ". S3 Error Message: " + message);
            }
            case Answer.TooLarge() -> throw new IOException("The object in S3 is larger than it was");
            case Answer.Unreachable(var why) -> throw new IOException("S3 does not answer: " + why);
            case Answer.NotConfigured() -> throw new IOException("Hearth was not told where S3 is");
        };
    }

    /// Counts as memory until it is closed.
    private static final class FetchedPackage extends ByteArrayInputStream {
        private final Runnable release;

        FetchedPackage(byte[] content, Runnable release) {
            super(content);
            this.release = release;
        }

        @Override
        public void close() {
            release.run();
        }
    }
}
