package hearth.control.functions;

import hearth.control.operation.Refusals;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.DeadLetterConfig;
import hearth.model.api.FunctionCode;
import hearth.model.api.ImageConfig;
import hearth.model.api.SnapStart;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import hearth.model.api.VpcConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Refuses settings that Hearth does not honour yet, rather than take them and not keep to them. Values that say
/// "none" pass: clients send them unasked.
final class Unsupported {
    private Unsupported() {}

    static void refuse(CreateFunctionRequest request) {
        var code = request.code();
        if ("Image".equals(request.packageType()) || (code != null && code.imageUri() != null)) {
            throw Refusals.unsupported("functions from container images (PackageType Image)");
        }
        refuse(request.capacityProviderConfig(), "CapacityProviderConfig");
        refuse(request.durableConfig(), "DurableConfig");
        refuse(request.tenancyConfig(), "TenancyConfig");
        refuse(request.publishTo(), "PublishTo");
        refuse(request.codeSigningConfigArn(), "CodeSigningConfigArn");
        refuse(request.imageConfig());
        refuse(request.snapStart());
        refuse(request.deadLetterConfig());
        refuse(request.vpcConfig());
        refuseText(request.kmsKeyArn(), "KMSKeyArn");
        refuseList(request.layers(), "Layers");
        refuseList(request.fileSystemConfigs(), "FileSystemConfigs");
        if (code != null) {
            refuse(code);
        }
    }

    private static void refuse(FunctionCode code) {
        refuseS3(code.s3Bucket(), code.s3Key(), code.s3ObjectVersion());
        refuseText(code.sourceKMSKeyArn(), "SourceKMSKeyArn");
    }

    static void refuse(UpdateFunctionConfigurationRequest request) {
        refuse(request.capacityProviderConfig(), "CapacityProviderConfig");
        refuse(request.durableConfig(), "DurableConfig");
        refuse(request.imageConfig());
        refuse(request.snapStart());
        refuse(request.deadLetterConfig());
        refuse(request.vpcConfig());
        refuseText(request.kmsKeyArn(), "KMSKeyArn");
        refuseList(request.layers(), "Layers");
        refuseList(request.fileSystemConfigs(), "FileSystemConfigs");
    }

    static void refuse(UpdateFunctionCodeRequest request) {
        if (request.imageUri() != null) {
            throw Refusals.invalid("Please don't provide ImageUri when updating a function with packageType Zip.");
        }
        refuse(request.publishTo(), "PublishTo");
        refuseS3(request.s3Bucket(), request.s3Key(), request.s3ObjectVersion());
        refuseText(request.sourceKMSKeyArn(), "SourceKMSKeyArn");
    }

    private static void refuseS3(@Nullable String bucket, @Nullable String key, @Nullable String version) {
        if (bucket != null || key != null || version != null) {
            throw Refusals.invalid(
                    "Hearth does not support code from S3 yet. Send the deployment package itself, as ZipFile.");
        }
    }

    private static void refuse(@Nullable SnapStart snapStart) {
        if (snapStart != null && "PublishedVersions".equals(snapStart.applyOn())) {
            throw Refusals.unsupported("SnapStart");
        }
    }

    private static void refuse(@Nullable DeadLetterConfig deadLetters) {
        if (deadLetters != null) {
            refuseText(deadLetters.targetArn(), "DeadLetterConfig");
        }
    }

    private static void refuse(@Nullable VpcConfig vpc) {
        if (vpc != null) {
            refuseList(vpc.subnetIds(), "VpcConfig");
            refuseList(vpc.securityGroupIds(), "VpcConfig");
        }
    }

    private static void refuse(@Nullable ImageConfig image) {
        if (image != null) {
            refuseList(image.entryPoint(), "ImageConfig");
            refuseList(image.command(), "ImageConfig");
            refuseText(image.workingDirectory(), "ImageConfig");
        }
    }

    private static void refuse(@Nullable Object value, String member) {
        if (value != null) {
            throw Refusals.unsupported(member);
        }
    }

    private static void refuseText(@Nullable String value, String member) {
        if (value != null && !value.isEmpty()) {
            throw Refusals.unsupported(member);
        }
    }

    private static void refuseList(@Nullable List<?> value, String member) {
        if (value != null && !value.isEmpty()) {
            throw Refusals.unsupported(member);
        }
    }
}
