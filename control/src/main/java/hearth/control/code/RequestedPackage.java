package hearth.control.code;

import hearth.control.operation.Refusals;
import hearth.model.api.FunctionCode;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.UpdateFunctionCodeRequest;
import org.jspecify.annotations.Nullable;

/// The place of a package by its request's word: in the request itself, or in S3.
///
/// @param subject that the package is of, as AWS names it
/// @param mode `COPY`, or `REFERENCE` for a package that is to stay in S3; null means `COPY`
public record RequestedPackage(
        String subject,
        byte @Nullable [] zip,
        @Nullable String bucket,
        @Nullable String key,
        @Nullable String version,
        @Nullable String mode) {
    private static final String FUNCTION = "function code";
    private static final String REFERENCE = "REFERENCE";

    public static RequestedPackage of(FunctionCode code) {
        return new RequestedPackage(
                FUNCTION,
                code.zipFile(),
                code.s3Bucket(),
                code.s3Key(),
                code.s3ObjectVersion(),
                code.s3ObjectStorageMode());
    }

    public static RequestedPackage of(UpdateFunctionCodeRequest request) {
        return new RequestedPackage(
                FUNCTION,
                request.zipFile(),
                request.s3Bucket(),
                request.s3Key(),
                request.s3ObjectVersion(),
                request.s3ObjectStorageMode());
    }

    public static RequestedPackage of(LayerVersionContentInput content) {
        return new RequestedPackage(
                "layer content",
                content.zipFile(),
                content.s3Bucket(),
                content.s3Key(),
                content.s3ObjectVersion(),
                content.s3ObjectStorageMode());
    }

    /// Whether the package is to stay where it is.
    public boolean isReference() {
        return isReference(mode);
    }

    public static boolean isReference(@Nullable String mode) {
        return REFERENCE.equals(mode);
    }

    /// Refuses a request that names none, or two.
    public void require() {
        boolean named = bucket != null && key != null;
        if (zip == null && !named) {
            throw Refusals.invalid("Please provide a source for " + subject + ".");
        }
        if (zip != null && (bucket != null || key != null || version != null || isReference())) {
            throw Refusals.invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
        }
    }

    S3Object object() {
        return new S3Object(String.valueOf(bucket), String.valueOf(key), version);
    }
}
