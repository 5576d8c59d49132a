package hearth.invoke.counting.sharded;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;

/// An account in one region, which is what limits of concurrency are for, and what has a ledger.
public record AccountInRegion(AccountId account, Region region) {
    static AccountInRegion of(FunctionId function) {
        return new AccountInRegion(function.account(), function.region());
    }
}
