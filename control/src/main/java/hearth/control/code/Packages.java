package hearth.control.code;

import hearth.cluster.BlobStore;
import hearth.cluster.HeldBlob;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes deployment packages in: the cheap checks first, the walk through the whole zip once all else of a request
/// is known to be good.
public final class Packages {
    private final BlobStore blobs;
    private final PackageLimits limits;

    public Packages(BlobStore blobs, PackageLimits limits) {
        this.blobs = blobs;
        this.limits = limits;
    }

    /// The zip that a request must bring.
    public byte[] require(byte @Nullable [] zip) {
        requireSize(zip);
        if (zip == null) {
            throw Refusals.invalid("Please provide a source for function code.");
        }
        return zip;
    }

    /// What AWS looks at before all else, if there is a zip at all.
    public void requireSize(byte @Nullable [] zip) {
        if (zip != null && zip.length >= limits.zipped().count()) {
            throw new ApiException(
                    ApiError.REQUEST_ENTITY_TOO_LARGE,
                    "Zipped size must be smaller than " + limits.zipped().count() + " bytes");
        }
    }

    /// Refuses what a worker could not unpack.
    ///
    /// @return what it unpacks to
    public Bytes check(byte[] zip) {
        return DeploymentPackage.check(zip, limits).unzipped();
    }

    /// What a kept package unpacks to; empty when it is not kept any more.
    public Optional<Bytes> unzipped(CodeDigest digest) {
        var kept = blobs.channel(digest);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        try (var zip = kept.get()) {
            return Optional.of(DeploymentPackage.unzippedSize(zip, limits));
        } catch (IOException e) {
            throw new UncheckedIOException("A deployment package could not be read: " + e.getMessage(), e);
        }
    }

    /// Refuses a function whose code and layers together are more than a sandbox takes.
    ///
    /// @param code what the code unpacks to
    public void checkTogether(Bytes code, List<CodeDigest> layers) {
        long size = code.count();
        for (var layer : layers) {
            size += unzipped(layer).orElse(new Bytes(0)).count();
        }
        if (!layers.isEmpty() && size > limits.unzipped().count()) {
            throw Refusals.invalid(
                    "Function code combined with layers exceeds the maximum allowed size of %d bytes. The actual size is %d bytes."
                            .formatted(limits.unzipped().count(), size));
        }
    }

    /// The package is kept while the answer is open, and then if a function refers to it.
    public HeldBlob keep(byte[] zip) {
        return blobs.put(zip);
    }
}
