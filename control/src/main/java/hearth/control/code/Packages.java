package hearth.control.code;

import hearth.cluster.BlobStore;
import hearth.cluster.HeldBlob;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
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
    public void check(byte[] zip) {
        DeploymentPackage.check(zip, limits);
    }

    /// The package is kept while the answer is open, and then if a function refers to it.
    public HeldBlob keep(byte[] zip) {
        return blobs.put(zip);
    }
}
