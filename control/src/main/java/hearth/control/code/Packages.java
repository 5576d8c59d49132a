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
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Takes deployment packages in: the cheap checks first, the walk through the whole zip once all else of a request
/// is known to be good.
public final class Packages {
    private static final System.Logger LOG = System.getLogger(Packages.class.getName());

    private final BlobStore blobs;
    private final PackageLimits limits;
    private final ObjectStore objects;
    private final Semaphore fetches;

    public Packages(BlobStore blobs, PackageLimits limits, ObjectStore objects) {
        this.blobs = blobs;
        this.limits = limits;
        this.objects = objects;
        // While its parts are joined, an object is there twice; half of the heap is for others.
        long each = 4 * limits.unzipped().count();
        this.fetches = new Semaphore(Math.clamp(Runtime.getRuntime().maxMemory() / each, 1, 16));
    }

    /// The zip that a request must bring, fetched if need be, and good to be unpacked by a worker.
    ///
    /// @param owner the function or layer, for our log
    /// @param layers that it is to be unpacked with
    public byte[] take(PackageSource source, String owner, List<CodeDigest> layers) {
        source.require();
        requireSize(source.zip());
        // Only what is sent with the request is limited by its zipped size.
        var zip = source.zip() == null ? fetch(source.object()) : source.zip();
        var checked = check(zip, source.zip() == null ? fetched() : limits, owner);
        checkTogether(checked.unzipped(), layers);
        return zip;
    }

    private static DeploymentPackage.Contents check(byte[] zip, PackageLimits limits, String owner) {
        try {
            var checked = DeploymentPackage.check(zip, limits);
            if (checked.backslashes()) {
                LOG.log(
                        Level.WARNING,
                        "The package of {0} has names with backslashes: on Linux they are part of the name and make no"
                                + " folders. Zip it with /, as the zip format asks for.",
                        owner);
            }
            return checked;
        } catch (ApiException e) {
            LOG.log(Level.WARNING, "The package of {0} is refused: {1}", owner, e.reason());
            throw e;
        }
    }

    private PackageLimits fetched() {
        return limits.withZipped(limits.unzipped());
    }

    /// A few at a time: each is held whole in memory, and nobody else accounts for it.
    private byte[] fetch(S3Object object) {
        fetches.acquireUninterruptibly();
        try {
            return content(object);
        } finally {
            fetches.release();
        }
    }

    private byte[] content(S3Object object) {
        return switch (objects.get(object, fetched().zipped().count())) {
            case ObjectStore.Answer.Found(var content) -> content;
            case ObjectStore.Answer.Refused(var code, var message) ->
                throw Refusals.invalid(
                        "Error occurred while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + message);
            case ObjectStore.Answer.TooLarge() ->
                throw Refusals.invalid("Unzipped size must be smaller than "
                        + limits.unzipped().count() + " bytes");
            case ObjectStore.Answer.Unreachable(var why) ->
                throw new ApiException(ApiError.SERVICE, "The object could not be fetched from S3: " + why);
            case ObjectStore.Answer.NotConfigured() ->
                throw Refusals.invalid("Hearth was not told where S3 is. Start it with --endpoint s3=URL, or send the"
                        + " package itself, as ZipFile.");
        };
    }

    /// What AWS looks at before all else, if there is a zip at all.
    public void requireSize(byte @Nullable [] zip) {
        if (zip != null && zip.length >= limits.zipped().count()) {
            throw new ApiException(
                    ApiError.REQUEST_ENTITY_TOO_LARGE,
                    "Zipped size must be smaller than " + limits.zipped().count() + " bytes");
        }
    }

    /// What a kept package unpacks to; empty when it is not kept any more.
    public Optional<Bytes> unzipped(CodeDigest digest) {
        var kept = blobs.channel(digest);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        try (var zip = kept.get()) {
            return Optional.of(DeploymentPackage.unzippedSize(zip, fetched()));
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
