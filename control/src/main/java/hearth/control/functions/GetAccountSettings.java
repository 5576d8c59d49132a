package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Operation;
import hearth.model.api.AccountLimit;
import hearth.model.api.AccountUsage;
import hearth.model.api.GetAccountSettingsRequest;
import hearth.model.api.GetAccountSettingsResponse;

/// `GET /2016-08-19/account-settings/`
final class GetAccountSettings implements Operation<GetAccountSettingsRequest, GetAccountSettingsResponse> {
    private final FunctionStore functions;
    private final ControlLimits limits;

    GetAccountSettings(FunctionStore functions, ControlLimits limits) {
        this.functions = functions;
        this.limits = limits;
    }

    @Override
    public GetAccountSettingsResponse handle(Caller caller, GetAccountSettingsRequest request) {
        var usage = functions.usage(caller.account(), caller.region());
        var taken = functions.takenConcurrency(caller.account(), caller.region());
        return GetAccountSettingsResponse.builder()
                .accountLimit(AccountLimit.builder()
                        .totalCodeSize(limits.codeStorage().count())
                        .codeSizeUnzipped(limits.packages().unzipped().count())
                        .codeSizeZipped(limits.packages().zipped().count())
                        .concurrentExecutions(limits.concurrentExecutions())
                        .unreservedConcurrentExecutions(
                                Math.toIntExact(limits.concurrentExecutions() - taken.reserved()))
                        .build())
                .accountUsage(AccountUsage.builder()
                        .totalCodeSize(usage.codeSize())
                        .functionCount(usage.functions())
                        .build())
                .build();
    }
}
