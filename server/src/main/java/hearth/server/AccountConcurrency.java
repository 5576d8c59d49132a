package hearth.server;

import hearth.cluster.FunctionStore;
import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.invoke.counting.ConcurrencyLimits;
import hearth.invoke.counting.CountingService;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Tells the CountingService what the functions of each account reserve, and what is provisioned for them.
final class AccountConcurrency {
    private final FunctionStore functions;
    private final CountingService counting;
    private final int account;

    private record Scope(AccountId account, Region region) {
        static Scope of(FunctionId function) {
            return new Scope(function.account(), function.region());
        }
    }

    /// @param account how many invocations each account may run at once in a region
    AccountConcurrency(FunctionStore functions, CountingService counting, int account) {
        this.functions = functions;
        this.counting = counting;
        this.account = account;
    }

    /// Tells of all that is set now, and from now on of each change before whoever made it is answered.
    void begin() {
        functions.onChange(Setting.RESERVED_CONCURRENCY, function -> limit(Scope.of(function)));
        functions.onChange(Setting.PROVISIONED_CONCURRENCY, function -> limit(Scope.of(function)));
        var scopes = new HashSet<Scope>();
        functions.settings(Setting.RESERVED_CONCURRENCY).forEach(one -> scopes.add(Scope.of(one.function())));
        functions.settings(Setting.PROVISIONED_CONCURRENCY).forEach(one -> scopes.add(Scope.of(one.function())));
        scopes.forEach(this::limit);
    }

    /// One at a time, so that what was read first is not told last.
    private synchronized void limit(Scope scope) {
        var reserved = byName(functions.settings(scope.account, scope.region, Setting.RESERVED_CONCURRENCY));
        var provisioned =
                byName(functions.settings(scope.account, scope.region, Setting.PROVISIONED_CONCURRENCY).stream()
                        .filter(one -> !reserved.containsKey(one.function().name()))
                        .map(one -> new Qualified<>(
                                one.function(),
                                one.qualifier(),
                                Objects.requireNonNull(one.value().requestedProvisionedConcurrentExecutions())))
                        .toList());
        counting.limit(scope.account, scope.region, new ConcurrencyLimits(account, reserved, provisioned));
    }

    private static Map<String, Integer> byName(List<Qualified<Integer>> settings) {
        return settings.stream()
                .collect(Collectors.toMap(one -> one.function().name(), Qualified::value, Integer::sum));
    }
}
