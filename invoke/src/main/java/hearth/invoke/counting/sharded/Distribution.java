package hearth.invoke.counting.sharded;

import hearth.invoke.counting.sharded.LedgerMessage.Allotted;
import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/// Who gets how many leases, as things are now: first those for whom invocations wait, from what is free and from
/// what others do not use; what a frontend would like beyond that only of what is left, the less the nearer the
/// limit.
final class Distribution {
    /// The most that all may hold: no more is given than the limits leave beside it.
    private final Commitments held;
    /// What all will hold once they have followed what they were told: what is beyond the limits of this is taken
    /// back.
    private final Commitments given;
    /// Those that are still heard of.
    private final List<HolderRecord> holders;
    /// By pool, what is known to be nobody else's.
    private final ToIntFunction<Pool> proven;
    /// Functions of which nothing is given until every frontend goes by the reservation.
    private final Set<String> closed;
    /// When a frontend was to have answered what it has been sent by now: it, or its answer, is lost otherwise.
    private final long answerDue;
    /// What was heard before that says little of what is used now.
    private final long staleBefore;
    /// What is taken back in this round.
    private final Map<HolderRecord, Map<Pool, Allotted>> recalls = new LinkedHashMap<>();
    /// Those that have not said yet that they give up what was taken back before, or have not told for a while.
    private final Set<HolderRecord> late = new LinkedHashSet<>();

    Distribution(
            Commitments held,
            Commitments given,
            List<HolderRecord> holders,
            ToIntFunction<Pool> proven,
            Set<String> closed,
            long answerDue,
            long staleBefore) {
        this.held = held;
        this.given = given;
        this.holders = holders;
        this.proven = proven;
        this.closed = closed;
        this.answerDue = answerDue;
        this.staleBefore = staleBefore;
    }

    /// How many more leases of this pool may be given now.
    int room(Pool pool) {
        return isClosed(pool) ? 0 : Math.max(0, Math.min(held.room(pool), unproven(pool)));
    }

    private int unproven(Pool pool) {
        return proven.applyAsInt(pool) - held.of(pool);
    }

    private boolean isClosed(Pool pool) {
        return switch (pool) {
            case Pool.Unreserved() -> false;
            case Pool.Reserved(var function) -> closed.contains(function);
            case Pool.Provisioned(var function, var _) -> closed.contains(function);
        };
    }

    /// What a frontend is to hold now, of each pool that it has told of. What is unreserved comes first: it gives
    /// way to the others.
    Map<Pool, Allotted> shares(HolderRecord holder) {
        var pools = holder.told().pools().keySet();
        var shares = new LinkedHashMap<Pool, Allotted>();
        if (pools.contains(Pool.UNRESERVED)) {
            shares.put(Pool.UNRESERVED, share(holder, Pool.UNRESERVED));
        }
        for (var pool : pools) {
            if (!pool.equals(Pool.UNRESERVED)) {
                shares.put(pool, share(holder, pool));
            }
        }
        return shares;
    }

    /// What is taken back from others for it: all that each of them is to hold.
    Map<HolderRecord, Map<Pool, Allotted>> recalls() {
        return recalls;
    }

    /// Those that are to be asked what they hold.
    List<HolderRecord> late() {
        return late.stream().filter(one -> one.spoken() - answerDue < 0).toList();
    }

    private Allotted share(HolderRecord holder, Pool pool) {
        var asked = holder.holding(pool);
        int bound = holder.bound(pool);
        int need = asked.running() + asked.waiting();
        int wanted = Math.max(need, asked.wanted());
        // Where more is held than may be, nobody gets back what it is to give up and still uses.
        int kept = held.room(pool) < 0 ? Math.min(bound, holder.target(pool)) : bound;
        int leases = Math.min(wanted, kept);
        int room = room(pool);
        if (wanted > bound && room > 0) {
            int needed = Math.clamp(need - bound, 0, room);
            int liked = Math.min(wanted - bound - needed, spare(holder, pool, room - needed));
            leases = bound + needed + liked;
            held.add(pool, needed + liked);
        }
        leases = Math.min(leases, fit(holder, pool));
        given.add(pool, Math.max(leases, asked.running()) - holder.given(pool));
        int unmet = Math.clamp(need - leases, 0, holder.lacks(pool));
        holder.lacks(pool, unmet);
        return new Allotted(leases, unmet == 0 ? Outlook.OPEN : outlook(holder, pool, leases, unmet));
    }

    /// What a frontend may have in advance: nothing while others wait, else a part, so that the others find
    /// something.
    private int spare(HolderRecord holder, Pool pool, int room) {
        boolean othersWait = holders.stream().anyMatch(other -> other != holder && other.lacks(pool) > 0);
        return othersWait ? 0 : room / (2 * Math.max(1, holders.size()));
    }

    /// What a frontend may have of a pool of which more is given away than there is: the limit was lowered.
    private int fit(HolderRecord holder, Pool pool) {
        long excess = -given.room(pool);
        if (excess <= 0) {
            return Integer.MAX_VALUE;
        }
        long all = 0;
        for (var one : holders) {
            all += one.given(pool);
        }
        return (int) (holder.target(pool) * Math.max(0, all - excess) / Math.max(1, all));
    }

    private Outlook outlook(HolderRecord starved, Pool pool, int leases, int unmet) {
        boolean returning = false;
        int coming = 0;
        for (var other : holders) {
            if (other.bounds().keySet().stream().anyMatch(one -> other.inReturn(one) > 0)) {
                returning = true;
                late.add(other);
            }
            coming += other == starved ? 0 : other.inReturn(pool);
            if (other != starved && other.target(pool) > 0 && other.heard() - staleBefore < 0) {
                // Perhaps it uses less by now than when it told last.
                returning = true;
                late.add(other);
            }
        }
        int wish = starved.holding(pool).wanted() - leases;
        if (unmet > coming) {
            coming += recallUnused(starved, pool, unmet - coming, wish - coming);
        }
        if (coming > 0 || returning) {
            return Outlook.RECALLING;
        }
        if (isClosed(pool) || unproven(pool) < held.room(pool)) {
            return Outlook.UNSETTLED;
        }
        recallUnfair(starved, pool, leases, unmet);
        return Outlook.EXHAUSTED;
    }

    /// Takes back what others do not use: what is needed, and of what is wished at most half of what one has.
    ///
    /// @return how many
    private int recallUnused(HolderRecord starved, Pool pool, int needed, int wished) {
        var donors = holders.stream()
                .filter(other -> other != starved && idle(other, pool) > 0)
                .sorted(Comparator.comparingInt((HolderRecord other) -> idle(other, pool))
                        .reversed())
                .toList();
        int taken = 0;
        for (var donor : donors) {
            int idle = idle(donor, pool);
            int take = Math.min(idle, Math.max(needed - taken, Math.min(wished - taken, idle / 2)));
            if (take > 0) {
                lower(donor, pool, target(donor, pool) - take, donor.outlook(pool));
                taken += take;
            }
        }
        return taken;
    }

    /// All is in use: those with more than their share give up what they have too much as it comes free.
    private void recallUnfair(HolderRecord starved, Pool pool, int leases, int unmet) {
        long users = holders.stream()
                .filter(one -> one == starved || one.holding(pool).running() + one.lacks(pool) > 0)
                .count();
        int fair = (int) (held.capacity(pool) / Math.max(1, users));
        int missing = Math.min(unmet, fair - leases);
        for (var donor : holders) {
            int take = Math.min(missing, target(donor, pool) - fair);
            if (donor != starved && take > 0) {
                lower(donor, pool, target(donor, pool) - take, Outlook.EXHAUSTED);
                missing -= take;
            }
        }
    }

    private void lower(HolderRecord donor, Pool pool, int leases, Outlook outlook) {
        recalls.computeIfAbsent(donor, Distribution::asNow).put(pool, new Allotted(leases, outlook));
    }

    private static Map<Pool, Allotted> asNow(HolderRecord holder) {
        var pools = new HashMap<Pool, Allotted>();
        for (var pool : holder.bounds().keySet()) {
            pools.put(pool, new Allotted(holder.target(pool), holder.outlook(pool)));
        }
        return pools;
    }

    private int target(HolderRecord holder, Pool pool) {
        var recalled = recalls.get(holder);
        return recalled == null || !recalled.containsKey(pool)
                ? holder.target(pool)
                : recalled.get(pool).leases();
    }

    private int idle(HolderRecord holder, Pool pool) {
        return Math.max(0, target(holder, pool) - holder.holding(pool).running());
    }
}
