package hearth.control.code;

import hearth.cluster.BlobStore;
import hearth.cluster.CodeReference;
import hearth.cluster.HeldBlob;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.api.ResolvedS3Object;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import hearth.model.code.PackageThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes deployment packages in: the cheap checks first, the walk through the whole zip once all else of a request
/// is known to be good.
public final class Packages {
    private static final System.Logger LOG = System.getLogger(Packages.class.getName());

    /// The version of an object that was there before its bucket had versions.
    private static final String NO_VERSION = "null";

    private final BlobStore blobs;
    private final PackageLimits limits;
    private final ObjectStore objects;
    private final PackageThreads threads;

    /// @param threads check and hash what is not small
    public Packages(BlobStore blobs, PackageLimits limits, ObjectStore objects, PackageThreads threads) {
        this.blobs = blobs;
        this.limits = limits;
        this.objects = objects;
        this.threads = threads;
    }

    /// The zip that a request must bring, fetched if need be, and good to be unpacked by a worker. To be closed.
    ///
    /// @param owner the function or layer, for our log
    /// @param layers that it is to be unpacked with
    public TakenPackage take(RequestedPackage source, String owner, List<CodeDigest> layers) {
        source.require();
        requireSize(source.zip());
        if (source.zip() != null) {
            var checked = check(source.zip(), limits, owner);
            checkTogether(checked.unzipped(), layers);
            return TakenPackage.sent(source.zip(), checked.digest());
        }
        var object = source.object();
        var found = fetch(object, source.isReference());
        try {
            // Only what is sent with the request is limited by its zipped size.
            var checked = check(found.content(), fetched(), owner);
            checkTogether(checked.unzipped(), layers);
            return source.isReference()
                    ? TakenPackage.referred(found, reference(object, found, checked))
                    : TakenPackage.fetched(found, checked.digest());
        } catch (RuntimeException | Error e) {
            found.release().run();
            throw e;
        }
    }

    /// Keeps to the object's version, so that it holds the same for ever.
    private static CodeReference reference(S3Object object, ObjectStore.Answer.Found found, Checked checked) {
        var version = object.version() == null ? found.version() : object.version();
        if (version == null || version.equals(NO_VERSION)) {
            throw Refusals.invalid("S3ObjectStorageMode REFERENCE keeps to one version of the object, and "
                    + object.bucket() + " has none of it: enable versioning for the bucket.");
        }
        var resolved = ResolvedS3Object.builder()
                .s3Bucket(object.bucket())
                .s3Key(object.key())
                .s3ObjectVersion(version)
                .build();
        return CodeReference.of(resolved, checked.digest(), new Bytes(found.content().length), checked.unzipped());
    }

    private record Checked(Bytes unzipped, CodeDigest digest) {}

    private Checked check(byte[] zip, PackageLimits limits, String owner) {
        return DeploymentPackage.isSmall(zip, limits)
                ? checkHere(zip, limits, owner)
                : threads.run(() -> checkHere(zip, limits, owner));
    }

    private static Checked checkHere(byte[] zip, PackageLimits limits, String owner) {
        try {
            var contents = DeploymentPackage.check(zip, limits);
            if (contents.backslashes()) {
                LOG.log(
                        Level.WARNING,
                        "The package of {0} has names with backslashes: on Linux they are part of the name and make no"
                                + " folders. Zip it with /, as the zip format asks for.",
                        owner);
            }
            return new Checked(contents.unzipped(), BlobStore.digestOf(zip));
        } catch (ApiException e) {
            LOG.log(Level.WARNING, "The package of {0} is refused: {1}", owner, e.reason());
            throw e;
        }
    }

    private PackageLimits fetched() {
        return limits.withZipped(limits.unzipped());
    }

    /// @param reference whether the object is to stay where it is
    private ObjectStore.Answer.Found fetch(S3Object object, boolean reference) {
        return switch (objects.get(object, fetched().zipped().count())) {
            case ObjectStore.Answer.Found found -> found;
            case ObjectStore.Answer.Refused(var code, var message) -> throw ReferredPackages.refused(code, message);
            case ObjectStore.Answer.TooLarge() ->
                throw Refusals.invalid("Unzipped size must be smaller than "
                        + limits.unzipped().count() + " bytes");
            case ObjectStore.Answer.Unreachable(var why) ->
                throw new ApiException(ApiError.SERVICE, "The object could not be fetched from S3: " + why);
            case ObjectStore.Answer.NotConfigured() ->
                throw Refusals.invalid((reference ? "S3ObjectStorageMode REFERENCE needs S3. " : "")
                        + "Hearth was not told where S3 is. Start it with --endpoint s3=URL, or send the"
                        + " package itself, as ZipFile.");
        };
    }

    /// The check that AWS makes before all others, if there is a zip at all.
    public void requireSize(byte @Nullable [] zip) {
        if (zip != null && zip.length >= limits.zipped().count()) {
            throw new ApiException(
                    ApiError.REQUEST_ENTITY_TOO_LARGE,
                    "Zipped size must be smaller than " + limits.zipped().count() + " bytes");
        }
    }

    /// The unpacked size of a package; empty when it is not kept any more.
    public Optional<Bytes> unzipped(CodeDigest digest) {
        return blobs.reference(digest).map(CodeReference::unzipped).or(() -> unzippedFile(digest));
    }

    private Optional<Bytes> unzippedFile(CodeDigest digest) {
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
    public HeldBlob keep(TakenPackage taken) {
        return taken.reference().map(blobs::put).orElseGet(() -> blobs.put(taken.zip(), taken.content()));
    }
}
