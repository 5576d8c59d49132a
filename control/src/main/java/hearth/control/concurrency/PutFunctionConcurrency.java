package hearth.control.concurrency;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.FunctionId;
import hearth.model.api.Concurrency;
import hearth.model.api.PutFunctionConcurrencyRequest;
import java.util.Objects;

/// `PUT /2017-10-31/functions/{FunctionName}/concurrency`
final class PutFunctionConcurrency implements Operation<PutFunctionConcurrencyRequest, Concurrency> {
    private final FunctionStore functions;
    private final int account;

    /// @param account how many invocations an account may run at once
    PutFunctionConcurrency(FunctionStore functions, int account) {
        this.functions = functions;
        this.account = account;
    }

    @Override
    public Concurrency handle(Caller caller, PutFunctionConcurrencyRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "PutFunctionConcurrency");
        int reserved = Objects.requireNonNull(request.reservedConcurrentExecutions());
        return functions.edit(function, edit -> reserve(edit, reserved));
    }

    private Concurrency reserve(FunctionEdit function, int reserved) {
        var id = function.id();
        if (function.function().isEmpty()) {
            // AWS looks $LATEST up here, and says so.
            throw Refusals.functionNotFound(id.arn(FunctionId.LATEST));
        }
        var budget = new ConcurrencyBudget(function, account);
        if (budget.unreservedWithout() - reserved < budget.leastUnreserved()) {
            throw Refusals.invalid(
                            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d]."
                                    .formatted(budget.leastUnreserved()))
                    .untyped();
        }
        int provisioned = function.provisioned(Setting.WHOLE);
        if (reserved < provisioned) {
            throw Refusals.invalid(
                            " ReservedConcurrentExecutions  %d should not be lower than function's total provisioned concurrency [%d]."
                                    .formatted(reserved, provisioned))
                    .untyped();
        }
        function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, reserved);
        return Concurrency.builder().reservedConcurrentExecutions(reserved).build();
    }
}
