package hearth.invoke.counting;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Region;
import java.util.concurrent.ConcurrentHashMap;

/// Counts running invocations and admits the next one only within its limits.
///
/// What is provisioned for a version is for its invocations alone. Beyond that a function with a reservation draws on
/// it alone, and all others of its account share the rest: the account's limit less every reservation and all that is
/// provisioned, used or not. Each region counts for itself.
public final class CountingService implements Counting {
    private final ConcurrentHashMap<Scope, AccountCount> accounts = new ConcurrentHashMap<>();
    private final int accountLimit;

    /// @param accountLimit how many invocations an account may run at once in a region
    public CountingService(int accountLimit) {
        if (accountLimit < 0) {
            throw new IllegalArgumentException("A concurrency limit is negative");
        }
        this.accountLimit = accountLimit;
    }

    /// Decides at once.
    @Override
    public Admission.Decided admit(FunctionVersion version, long holdNanos) {
        return admit(version);
    }

    public Admission.Decided admit(FunctionVersion version) {
        var function = version.function();
        return count(function).admit(function.name(), version.version());
    }

    @Override
    public void limit(FunctionId function, FunctionLimits limits) {
        count(function).limit(function.name(), limits);
    }

    /// The invocations that an account runs in a region now.
    public int running(AccountId account, Region region) {
        var count = accounts.get(new Scope(account, region));
        return count == null ? 0 : count.running();
    }

    /// The invocations that all accounts run now.
    @Override
    public int running() {
        return accounts.values().stream().mapToInt(AccountCount::running).sum();
    }

    private AccountCount count(FunctionId function) {
        var scope = new Scope(function.account(), function.region());
        // A plain read first: computeIfAbsent may lock even when the account is there.
        var count = accounts.get(scope);
        return count != null ? count : accounts.computeIfAbsent(scope, _ -> new AccountCount(accountLimit));
    }

    private record Scope(AccountId account, Region region) {}
}
