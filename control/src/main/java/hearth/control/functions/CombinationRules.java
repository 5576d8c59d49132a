package hearth.control.functions;

import hearth.control.operation.Refusals;
import hearth.model.api.FileSystemConfig;
import hearth.model.api.FunctionConfiguration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rules that the settings of a function must satisfy together, whichever of them a request brings. In AWS's
/// words where they are known.
final class CombinationRules {
    /// Java 11, Python 3.12 and .NET 8, and what is younger.
    private static final Set<String> SNAP_START = Set.of(
            "java11",
            "java11.al2023",
            "java17",
            "java17.al2023",
            "java21",
            "java25",
            "python3.12",
            "python3.13",
            "python3.14",
            "python3.15",
            "dotnet8",
            "dotnet10");

    private static final int SNAP_START_STORAGE = 512;

    private static final Pattern DEAD_LETTER_TARGET = Pattern.compile("arn:[^:]*:(sqs|sns):[^:]+:[0-9]{12}:[^:]+");

    private CombinationRules() {}

    /// @param before null for a function that is to be made
    static void check(@Nullable FunctionConfiguration before, FunctionConfiguration after) {
        checkVpc(before, after);
        checkFileSystems(after);
        checkDeadLetters(after);
        if (SettingsShown.isOn(after.snapStart())) {
            checkSnapStart(after);
        }
    }

    private static void checkVpc(@Nullable FunctionConfiguration before, FunctionConfiguration after) {
        var vpc = after.vpcConfig();
        boolean subnets = vpc != null && OmittedValues.list(vpc.subnetIds()) != null;
        boolean groups = vpc != null && OmittedValues.list(vpc.securityGroupIds()) != null;
        if (subnets != groups) {
            throw Refusals.invalid("SubnetIds and SecurityIds must coexist or be both empty list.");
        }
        var fileSystems = after.fileSystemConfigs();
        if (fileSystems == null || fileSystems.isEmpty() || subnets) {
            return;
        }
        var accessPoint = fileSystems.getFirst().arn();
        throw Refusals.invalid(
                before != null && fileSystems.equals(before.fileSystemConfigs())
                        ? "Function VPC configuration cannot be removed with access point " + accessPoint
                                + " referenced."
                        : "Function must be configured to execute in a VPC to reference access point " + accessPoint
                                + ".");
    }

    /// Reads straight from a bucket are there for file systems in S3 alone. In our words.
    private static void checkFileSystems(FunctionConfiguration after) {
        for (var files : Objects.requireNonNullElse(after.fileSystemConfigs(), List.<FileSystemConfig>of())) {
            if (files.s3FilesConfig() != null && !String.valueOf(files.arn()).contains(":s3files:")) {
                throw Refusals.invalid(
                        "S3FilesConfig is for access points of Amazon S3 Files only, and " + files.arn() + " is none.");
            }
        }
    }

    private static void checkDeadLetters(FunctionConfiguration after) {
        var deadLetters = after.deadLetterConfig();
        if (deadLetters == null) {
            return;
        }
        var target = Objects.requireNonNullElse(deadLetters.targetArn(), "");
        if (!DEAD_LETTER_TARGET.matcher(target).matches()) {
            throw Refusals.invalid("The dead letter target " + target + " is neither an SQS queue nor an SNS topic.");
        }
    }

    private static void checkSnapStart(FunctionConfiguration after) {
        if (PackageType.isImage(after)) {
            throw noSnapStart("ContainerImage");
        }
        if (!SNAP_START.contains(Objects.requireNonNullElse(after.runtime(), ""))) {
            throw noSnapStart(String.valueOf(after.runtime()));
        }
        if (after.fileSystemConfigs() != null) {
            throw noSnapStart("FileSystemConfigs");
        }
        if (after.tenancyConfig() != null) {
            throw noSnapStart("TenancyConfig");
        }
        var storage = after.ephemeralStorage();
        if (storage != null && Objects.requireNonNullElse(storage.size(), 0) > SNAP_START_STORAGE) {
            throw noSnapStart("EphemeralStorage of more than " + SNAP_START_STORAGE + " MB");
        }
    }

    private static hearth.model.ApiException noSnapStart(String what) {
        return Refusals.invalid(what + " is not supported for SnapStart enabled functions.");
    }
}
