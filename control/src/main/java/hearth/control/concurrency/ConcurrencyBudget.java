package hearth.control.concurrency;

import hearth.cluster.FunctionView;
import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.model.FunctionId;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// How an account's concurrency in a region is shared out.
///
/// @param account all there is
record ConcurrencyBudget(
        int account,
        List<Qualified<Integer>> reserved,
        List<Qualified<ProvisionedConcurrencyConfigListItem>> provisioned) {
    /// AWS leaves so much of 1000 to functions without a reservation; of less, the same share.
    private static final int LEAST_UNRESERVED = 100;

    private static final int SHARE = 10;

    static ConcurrencyBudget of(FunctionView function, int account) {
        return new ConcurrencyBudget(
                account,
                function.settingsOfAccount(Setting.RESERVED_CONCURRENCY),
                function.settingsOfAccount(Setting.PROVISIONED_CONCURRENCY));
    }

    /// What must stay unreserved.
    int leastUnreserved() {
        return Math.min(LEAST_UNRESERVED, account / SHARE);
    }

    Optional<Integer> reservedFor(FunctionId function) {
        return reserved.stream()
                .filter(one -> one.function().equals(function))
                .map(Qualified::value)
                .findFirst();
    }

    /// What is provisioned for a function, but for one of its qualifiers.
    int provisionedFor(FunctionId function, String except) {
        return provisioned.stream()
                .filter(one ->
                        one.function().equals(function) && !one.qualifier().equals(except))
                .mapToInt(ConcurrencyBudget::requested)
                .sum();
    }

    /// What is left to functions without a reservation, when this one has none of its own.
    int unreservedWithout(FunctionId function) {
        int taken = reserved.stream()
                .filter(one -> !one.function().equals(function))
                .mapToInt(Qualified::value)
                .sum();
        return account - taken - provisionedWithoutReservation(function);
    }

    /// What is provisioned for other functions, and is not part of a reservation.
    private int provisionedWithoutReservation(FunctionId except) {
        Set<FunctionId> reserving = reserved.stream().map(Qualified::function).collect(Collectors.toSet());
        return provisioned.stream()
                .filter(one -> !one.function().equals(except) && !reserving.contains(one.function()))
                .mapToInt(ConcurrencyBudget::requested)
                .sum();
    }

    private static int requested(Qualified<ProvisionedConcurrencyConfigListItem> provisioned) {
        return Objects.requireNonNull(provisioned.value().requestedProvisionedConcurrentExecutions());
    }
}
