package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/// The limits of an account as they were from time to time, and what may run by them: a change takes a while
/// until each frontend goes by it.
final class LimitsHistory {
    private record Version(long since, AccountLimits limits) {}

    private final List<Version> versions = new ArrayList<>();
    private final long settling;
    private final long recovery;
    /// Until when limits of before a ledger's recovery may be gone by.
    private long recovering;

    /// @param settling how long a change takes with a ledger that knows what is held
    /// @param recovery how much longer with one that does not
    LimitsHistory(AccountLimits first, long settling, long recovery) {
        this.settling = settling;
        this.recovery = recovery;
        versions.add(new Version(0, first));
    }

    AccountLimits now() {
        return versions.getLast().limits();
    }

    /// A ledger does not know what all hold: what it does not know of may be beyond limits that were lowered.
    void recovers(long at) {
        recovering = at + settling;
    }

    void change(long at, AccountLimits limits) {
        versions.add(new Version(at, limits));
    }

    /// The largest limit of the account that may still be gone by.
    int most(long at) {
        return most(at, AccountLimits::limit);
    }

    /// The largest reservation that may still be gone by; empty when the function may still be taken for one that
    /// has none.
    OptionalInt mostReserved(long at, String function) {
        var recent = recent(at);
        return recent.stream().allMatch(limits -> limits.of(function).reserved().isPresent())
                ? recent.stream()
                        .mapToInt(limits -> limits.of(function).reserved().orElseThrow())
                        .max()
                : OptionalInt.empty();
    }

    boolean isUnreserved(long at, String function) {
        return recent(at).stream()
                .allMatch(limits -> limits.of(function).reserved().isEmpty());
    }

    boolean hasNothingOfItsOwn(long at, String function) {
        return recent(at).stream().allMatch(limits -> limits.of(function).equals(FunctionLimits.NONE));
    }

    /// The most that functions without a reservation may run together.
    int mostUnreserved(long at) {
        return most(at, limits -> limits.limit() - setAside(limits, true));
    }

    /// The most that functions may run together that have nothing for themselves.
    int mostShared(long at) {
        return most(at, limits -> limits.limit() - setAside(limits, false));
    }

    private int most(long at, ToIntFunction<AccountLimits> each) {
        return Math.max(0, recent(at).stream().mapToInt(each).max().orElseThrow());
    }

    private static int setAside(AccountLimits limits, boolean onlyReserved) {
        return limits.functions().values().stream()
                .filter(own -> !onlyReserved || own.reserved().isPresent())
                .mapToInt(FunctionLimits::setAside)
                .sum();
    }

    private List<AccountLimits> recent(long at) {
        var recent = new ArrayList<AccountLimits>();
        for (var version : versions.reversed()) {
            recent.add(version.limits());
            if (version.since() <= at - settling - (at < recovering ? recovery : 0)) {
                break;
            }
        }
        return recent;
    }
}
