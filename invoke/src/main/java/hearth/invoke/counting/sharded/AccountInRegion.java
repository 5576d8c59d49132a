package hearth.invoke.counting.sharded;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.worker.ShardId;

/// An account in one region, which is what limits of concurrency are for, and what has a ledger.
public record AccountInRegion(AccountId account, Region region) {
    public static AccountInRegion of(FunctionId function) {
        return new AccountInRegion(function.account(), function.region());
    }

    /// Whose owner has its ledger.
    public ShardId shard() {
        return ShardId.of(account, region);
    }
}
