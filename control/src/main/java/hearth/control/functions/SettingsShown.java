package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.model.FunctionId;
import hearth.model.api.DeadLetterConfig;
import hearth.model.api.ImageConfig;
import hearth.model.api.ImageConfigResponse;
import hearth.model.api.SnapStart;
import hearth.model.api.SnapStartResponse;
import hearth.model.api.VpcConfig;
import hearth.model.api.VpcConfigResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Settings as the API shows them, of those that it takes in another form.
final class SettingsShown {
    private static final String PUBLISHED_VERSIONS = "PublishedVersions";

    private SettingsShown() {}

    /// What the request does not bring stays. Empty lists take a function out of its VPC.
    static @Nullable VpcConfigResponse vpc(
            FunctionId function, @Nullable VpcConfigResponse before, @Nullable VpcConfig request) {
        if (request == null) {
            return before;
        }
        var old = before == null ? VpcConfigResponse.builder().build() : before;
        List<String> subnets = first(request.subnetIds(), old.subnetIds(), List.of());
        return VpcConfigResponse.builder()
                .subnetIds(subnets)
                .securityGroupIds(first(request.securityGroupIds(), old.securityGroupIds(), List.of()))
                .vpcId(subnets.isEmpty() ? "" : vpcId(function))
                .ipv6AllowedForDualStack(first(request.ipv6AllowedForDualStack(), old.ipv6AllowedForDualStack(), false))
                .build();
    }

    /// Subnets are not looked up, so that all of an account's in a region are in the same made-up VPC.
    private static String vpcId(FunctionId function) {
        var owner = function.account().value() + function.region().value();
        return "vpc-"
                + BlobStore.digestOf(owner.getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 17);
    }

    private static <T> T first(@Nullable T requested, @Nullable T old, T fallback) {
        return requested != null ? requested : Objects.requireNonNullElse(old, fallback);
    }

    static @Nullable DeadLetterConfig deadLetters(@Nullable DeadLetterConfig request) {
        return request == null || OmittedValues.text(request.targetArn()) == null ? null : request;
    }

    static @Nullable ImageConfigResponse image(@Nullable ImageConfig request) {
        return request == null || PackageType.isEmpty(request)
                ? null
                : ImageConfigResponse.builder().imageConfig(request).build();
    }

    static SnapStartResponse snapStart(@Nullable SnapStart request) {
        var applyOn = request == null || request.applyOn() == null ? "None" : request.applyOn();
        return SnapStartResponse.builder()
                .applyOn(applyOn)
                .optimizationStatus("Off")
                .build();
    }

    static boolean isOn(@Nullable SnapStartResponse snapStart) {
        return snapStart != null && PUBLISHED_VERSIONS.equals(snapStart.applyOn());
    }

    /// The SnapStart setting of a version that is published.
    static @Nullable SnapStartResponse published(@Nullable SnapStartResponse latest) {
        return optimized(latest, true);
    }

    /// @param optimized whether environments of the version are initialised ahead
    static @Nullable SnapStartResponse optimized(@Nullable SnapStartResponse snapStart, boolean optimized) {
        return snapStart != null && isOn(snapStart)
                ? snapStart.toBuilder()
                        .optimizationStatus(optimized ? "On" : "Off")
                        .build()
                : snapStart;
    }
}
