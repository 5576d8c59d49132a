package hearth.invoke.shards;

import hearth.invoke.counting.sharded.AccountInRegion;
import hearth.model.FunctionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A member that was up and is no more, or was not for a while, and what is known to run of it that it does not
/// know itself. For one thread at a time.
final class Departure {
    /// In which a member that is back tells ledgers what runs of it.
    private static final Duration TELLING = Duration.ofSeconds(1);

    private final boolean wasSeen;
    private final long since;
    private long over;
    private @Nullable Long back;
    /// Null until it is known.
    private @Nullable Map<FunctionId, Integer> running;

    /// @param wasSeen whether it was up here before
    /// @param since when it was up no more
    /// @param over when it admits nothing any more, whoever may say what runs of it
    Departure(boolean wasSeen, long since, long over) {
        this.wasSeen = wasSeen;
        this.since = since;
        this.over = over;
    }

    /// It is up again. If it is in the same life, it has as long again to tell what it holds.
    void isBack(long now, long over) {
        this.back = now;
        this.over = over;
    }

    /// Whether the member has told by itself what runs that it knows.
    boolean hasTold(long now) {
        return !wasSeen || (back != null && now - back >= TELLING.toNanos());
    }

    boolean wasSeen() {
        return wasSeen;
    }

    long since() {
        return since;
    }

    boolean isOver(long now) {
        return now - over >= 0;
    }

    boolean isKnown() {
        return running != null;
    }

    /// @return whether that differs from what was known
    boolean runs(Map<FunctionId, Integer> told) {
        var before = running;
        running = Map.copyOf(told);
        return !told.equals(before);
    }

    boolean isNothing() {
        return running != null && running.isEmpty();
    }

    /// By account and name of the function.
    Map<AccountInRegion, Map<String, Integer>> running() {
        var accounts = new HashMap<AccountInRegion, Map<String, Integer>>();
        if (running != null) {
            running.forEach(
                    (function, count) -> accounts.computeIfAbsent(AccountInRegion.of(function), _ -> new HashMap<>())
                            .put(function.name(), count));
        }
        return accounts;
    }
}
