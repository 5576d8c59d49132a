package hearth.invoke.counting;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.util.concurrent.ConcurrentHashMap;

/// Counts running invocations and admits the next one only within its limits.
///
/// A function with a reservation draws on that alone. All others of its account share the rest:
/// the account's limit less every reservation, used or not. Each region counts for itself.
public final class CountingService {
    private final ConcurrentHashMap<Scope, AccountCount> accounts = new ConcurrentHashMap<>();
    private final ConcurrencyLimits defaults;

    /// @param accountLimit of each account for which `limit` has set no other
    public CountingService(int accountLimit) {
        defaults = ConcurrencyLimits.ofAccount(accountLimit);
    }

    public Admission admit(FunctionId function) {
        return count(new Scope(function.account(), function.region())).admit(function.name());
    }

    /// Replaces the limits of an account. What runs goes on, even above them.
    public void limit(AccountId account, Region region, ConcurrencyLimits limits) {
        count(new Scope(account, region)).limit(limits);
    }

    /// The invocations that an account runs in a region now.
    public int running(AccountId account, Region region) {
        var count = accounts.get(new Scope(account, region));
        return count == null ? 0 : count.running();
    }

    private AccountCount count(Scope scope) {
        // A plain read first: computeIfAbsent may lock even when the account is there.
        var count = accounts.get(scope);
        return count != null ? count : accounts.computeIfAbsent(scope, _ -> new AccountCount(defaults));
    }

    private record Scope(AccountId account, Region region) {}
}
