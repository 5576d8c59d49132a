package hearth.control.code;

import hearth.cluster.BlobStore;
import hearth.cluster.CodeReference;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.api.ResolvedS3Object;
import java.util.List;
import java.util.Optional;

/// Packages that stay in S3: whether they are still there.
public final class ReferredPackages {
    private final BlobStore blobs;
    private final ObjectStore objects;

    public ReferredPackages(BlobStore blobs, ObjectStore objects) {
        this.blobs = blobs;
        this.objects = objects;
    }

    /// The reason why a package cannot be read.
    ///
    /// @param lasting whether S3 itself said so, rather than that it could not be asked
    public record Problem(String code, String message, boolean lasting) {}

    /// Looks at S3 for what an id stands for; empty when it can be read, and for packages that are kept here.
    public Optional<Problem> problem(CodeDigest id) {
        return blobs.reference(id).flatMap(this::problem);
    }

    private Optional<Problem> problem(CodeReference reference) {
        return switch (objects.look(object(reference.object()))) {
            case ObjectStore.Answer.Found _, ObjectStore.Answer.TooLarge _ -> Optional.empty();
            case ObjectStore.Answer.Refused(var code, var message) -> Optional.of(new Problem(code, message, true));
            case ObjectStore.Answer.Unreachable(var why) -> Optional.of(new Problem("ServiceUnavailable", why, false));
            case ObjectStore.Answer.NotConfigured() ->
                Optional.of(new Problem("ServiceUnavailable", "Hearth was not told where S3 is.", false));
        };
    }

    /// Refuses to go on with packages that cannot be read any more.
    public void requireReadable(List<CodeDigest> ids) {
        ids.stream().map(this::problem).flatMap(Optional::stream).findFirst().ifPresent(problem -> {
            throw problem.lasting()
                    ? refused(problem.code(), problem.message())
                    : new ApiException(
                            ApiError.SERVICE, "The object could not be fetched from S3: " + problem.message());
        });
    }

    /// The refusal in AWS's words.
    static ApiException refused(String code, String message) {
        return Refusals.invalid(
                "Error occurred while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + message);
    }

    public static S3Object object(ResolvedS3Object object) {
        return new S3Object(
                String.valueOf(object.s3Bucket()), String.valueOf(object.s3Key()), object.s3ObjectVersion());
    }
}
