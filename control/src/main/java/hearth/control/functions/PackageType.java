package hearth.control.functions;

import hearth.control.code.RequestedPackage;
import hearth.control.operation.Refusals;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.ImageConfig;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The settings that go with a zip and those that go with a container image, in AWS's words where they are known.
final class PackageType {
    static final String IMAGE = "Image";

    private PackageType() {}

    static boolean isImage(FunctionConfiguration configuration) {
        return IMAGE.equals(configuration.packageType());
    }

    static void check(CreateFunctionRequest request, FunctionCode code) {
        boolean image = IMAGE.equals(request.packageType());
        if (image) {
            refuseRuntime(request.runtime(), request.handler(), request.layers());
            if (code.imageUri() == null) {
                throw Refusals.invalid("Please provide ImageUri when creating a function with packageType Image.");
            }
            refuseZip(code.zipFile(), code.s3Bucket(), "creating");
            refuseReference(code.s3ObjectStorageMode());
        } else {
            if (request.runtime() == null || request.handler() == null) {
                throw Refusals.invalid(
                        "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
            }
            if (code.imageUri() != null && (code.zipFile() != null || code.s3Bucket() != null)) {
                throw Refusals.invalid("Please don't provide ImageUri when creating a function with packageType Zip.");
            }
            refuseImageConfig(request.imageConfig());
        }
    }

    static void check(FunctionConfiguration before, UpdateFunctionConfigurationRequest request) {
        if (isImage(before)) {
            refuseRuntime(request.runtime(), request.handler(), request.layers());
        } else {
            refuseImageConfig(request.imageConfig());
        }
    }

    static void check(FunctionConfiguration before, UpdateFunctionCodeRequest request) {
        if (!isImage(before)) {
            if (request.imageUri() != null) {
                throw Refusals.invalid("Please don't provide ImageUri when updating a function with packageType Zip.");
            }
        } else if (request.imageUri() == null) {
            throw Refusals.invalid("Please provide ImageUri when updating a function with packageType Image.");
        } else {
            refuseZip(request.zipFile(), request.s3Bucket(), "updating");
            refuseReference(request.s3ObjectStorageMode());
        }
    }

    private static void refuseReference(@Nullable String mode) {
        if (RequestedPackage.isReference(mode)) {
            throw Refusals.invalid(
                    "S3ObjectStorageMode REFERENCE is not supported for functions with packageType Image.");
        }
    }

    private static void refuseRuntime(
            @Nullable String runtime, @Nullable String handler, @Nullable List<String> layers) {
        if (runtime != null || handler != null || OmittedValues.list(layers) != null) {
            throw Refusals.invalid("Please don't provide Handler or Runtime or Layer when the intended function"
                    + " PackageType is Image.");
        }
    }

    private static void refuseZip(byte @Nullable [] zip, @Nullable String bucket, String doing) {
        if (zip != null || bucket != null) {
            throw Refusals.invalid(
                    "Please don't provide ZipFile or S3Bucket when " + doing + " a function with packageType Image.");
        }
    }

    private static void refuseImageConfig(@Nullable ImageConfig image) {
        if (image != null && !isEmpty(image)) {
            throw Refusals.invalid("Please don't provide ImageConfig when the intended function PackageType is Zip.");
        }
    }

    static boolean isEmpty(ImageConfig image) {
        return OmittedValues.list(image.entryPoint()) == null
                && OmittedValues.list(image.command()) == null
                && OmittedValues.text(image.workingDirectory()) == null;
    }
}
