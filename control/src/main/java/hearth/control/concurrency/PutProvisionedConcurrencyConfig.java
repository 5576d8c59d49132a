package hearth.control.concurrency;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Timestamps;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import hearth.model.api.PutProvisionedConcurrencyConfigRequest;
import hearth.model.api.PutProvisionedConcurrencyConfigResponse;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;

/// `PUT /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
final class PutProvisionedConcurrencyConfig
        implements Operation<PutProvisionedConcurrencyConfigRequest, PutProvisionedConcurrencyConfigResponse> {
    private final FunctionStore functions;
    private final int account;
    private final InstantSource clock;

    /// @param account how many invocations an account may run at once
    PutProvisionedConcurrencyConfig(FunctionStore functions, int account, InstantSource clock) {
        this.functions = functions;
        this.account = account;
        this.clock = clock;
    }

    @Override
    public PutProvisionedConcurrencyConfigResponse handle(
            Caller caller, PutProvisionedConcurrencyConfigRequest request) {
        var target = ProvisionedTarget.of(
                caller, request.functionName(), request.qualifier(), "PutProvisionedConcurrencyConfig");
        var kept = ProvisionedConcurrencyConfigListItem.builder()
                .functionArn(target.function().arn(target.qualifier()))
                .requestedProvisionedConcurrentExecutions(request.provisionedConcurrentExecutions())
                .lastModified(Timestamps.of(clock.instant()))
                .build();
        functions.edit(target.function(), edit -> provision(edit, target, kept));
        return PutProvisionedConcurrencyConfigResponse.builder()
                .requestedProvisionedConcurrentExecutions(kept.requestedProvisionedConcurrentExecutions())
                .availableProvisionedConcurrentExecutions(0)
                .allocatedProvisionedConcurrentExecutions(0)
                .status("IN_PROGRESS")
                .lastModified(kept.lastModified())
                .build();
    }

    private boolean provision(
            FunctionEdit function, ProvisionedTarget target, ProvisionedConcurrencyConfigListItem kept) {
        if (target.isLatest()) {
            throw unpublished();
        }
        var versions = target.versions(function);
        if (versions.contains(FunctionId.LATEST)) {
            throw unpublished();
        }
        requireOnlyOne(function, target, versions);
        requireRoom(function, target, Objects.requireNonNull(kept.requestedProvisionedConcurrentExecutions()));
        function.put(Setting.PROVISIONED_CONCURRENCY, target.qualifier(), kept);
        return true;
    }

    private static ApiException unpublished() {
        return Refusals.invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }

    /// A version is provisioned by itself or through an alias, not both.
    private static void requireOnlyOne(FunctionEdit function, ProvisionedTarget target, Set<String> versions) {
        if (!target.isVersion()) {
            var taken = versions.stream().anyMatch(version -> isProvisioned(function, version));
            if (taken) {
                throw new ApiException(
                        ApiError.RESOURCE_CONFLICT,
                        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
            }
        }
        var pointed = function.aliases().stream()
                .filter(alias -> !target.qualifier().equals(alias.name()))
                .filter(alias -> Qualifiers.versions(alias).stream().anyMatch(versions::contains))
                .anyMatch(alias -> isProvisioned(function, String.valueOf(alias.name())));
        if (pointed) {
            throw new ApiException(ApiError.RESOURCE_CONFLICT, "Version is pointed by a Provisioned Concurrency alias");
        }
    }

    private static boolean isProvisioned(FunctionEdit function, String qualifier) {
        return function.setting(Setting.PROVISIONED_CONCURRENCY, qualifier).isPresent();
    }

    private void requireRoom(FunctionEdit function, ProvisionedTarget target, int requested) {
        var budget = ConcurrencyBudget.of(function, account);
        var id = target.function();
        int others = budget.provisionedFor(id, target.qualifier());
        var reserved = budget.reservedFor(id);
        if (reserved.isPresent()) {
            if (others + requested > reserved.get()) {
                throw Refusals.invalid(
                        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
            }
            return;
        }
        int unreserved = budget.unreservedWithout(id) - others;
        if (requested > unreserved) {
            throw Refusals.invalid(
                            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [%d]."
                                    .formatted(unreserved))
                    .untyped();
        }
        if (unreserved - requested < budget.leastUnreserved()) {
            throw Refusals.invalid(
                            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d]."
                                    .formatted(budget.leastUnreserved()))
                    .untyped();
        }
    }
}
