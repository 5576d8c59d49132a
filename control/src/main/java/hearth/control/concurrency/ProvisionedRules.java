package hearth.control.concurrency;

import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import java.util.Set;

/// The rules for which versions can have provisioned concurrency.
public final class ProvisionedRules {
    private ProvisionedRules() {}

    /// @param qualifier a published version, or an alias that has provisioned concurrency or is to have it
    /// @param versions that it names
    public static void check(FunctionView function, String qualifier, Set<String> versions) {
        if (versions.contains(FunctionId.LATEST)) {
            throw Refusals.invalid(
                    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        }
        if (versions.stream().anyMatch(version -> isSnapStart(function, version))) {
            throw Refusals.invalid("Provisioned Concurrency is not supported for SnapStart enabled functions.");
        }
        requireOnlyOne(function, qualifier, versions);
    }

    /// A version is provisioned by itself or through an alias, not both.
    private static void requireOnlyOne(FunctionView function, String qualifier, Set<String> versions) {
        boolean alias = VersionRecord.number(qualifier).isEmpty();
        if (alias && versions.stream().anyMatch(version -> isProvisioned(function, version))) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        }
        var pointed = function.aliases().stream()
                .filter(other -> !qualifier.equals(other.name()))
                .filter(other -> Qualifiers.versions(other).stream().anyMatch(versions::contains))
                .anyMatch(other -> isProvisioned(function, String.valueOf(other.name())));
        if (pointed) {
            throw new ApiException(ApiError.RESOURCE_CONFLICT, "Version is pointed by a Provisioned Concurrency alias");
        }
    }

    private static boolean isSnapStart(FunctionView function, String version) {
        return function.version(version).filter(VersionRecord::isSnapStart).isPresent();
    }

    private static boolean isProvisioned(FunctionView function, String qualifier) {
        return function.setting(Setting.PROVISIONED_CONCURRENCY, qualifier).isPresent();
    }
}
