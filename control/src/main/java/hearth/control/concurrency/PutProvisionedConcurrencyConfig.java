package hearth.control.concurrency;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Tenancy;
import hearth.control.operation.Timestamps;
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
        ProvisionedRules.check(
                function,
                target.qualifier(),
                target.isLatest() ? Set.of(FunctionId.LATEST) : target.versions(function));
        target.requireNoWeights(function);
        Tenancy.refuse(function, "ProvisionedConcurrencyConfig");
        requireRoom(function, target, Objects.requireNonNull(kept.requestedProvisionedConcurrentExecutions()));
        function.put(Setting.PROVISIONED_CONCURRENCY, target.qualifier(), kept);
        return true;
    }

    private void requireRoom(FunctionEdit function, ProvisionedTarget target, int requested) {
        int others = function.provisioned(target.qualifier());
        var reserved = function.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE);
        if (reserved.isPresent()) {
            if (others + requested > reserved.get()) {
                throw Refusals.invalid(
                        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
            }
            return;
        }
        var budget = new ConcurrencyBudget(function, account);
        int unreserved = budget.unreservedWithout() - others;
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
