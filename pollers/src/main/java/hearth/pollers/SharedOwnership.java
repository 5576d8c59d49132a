package hearth.pollers;

import hearth.cluster.CheckpointStore;
import hearth.cluster.SourceLease;
import hearth.cluster.SourceLeases;
import hearth.cluster.SourceLeases.Server;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.StreamClaim;
import hearth.model.EventSourceMappingId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Shares mappings out over the servers of one database: none polls more than its equal share, rounded up.
///
/// A server is there as long as it renews its row. It believes in its leases a second less than the others do, from
/// before it asked, by a clock that nobody sets: so it begins nothing more once another may have them.
///
/// Of one thread, but for `isHeld` and `claim`.
public final class SharedOwnership implements Ownership {
    private static final Logger LOG = System.getLogger(SharedOwnership.class.getName());

    /// After how long without a renewal others may have a server's leases.
    static final Duration TERM = Duration.ofSeconds(5);

    private static final Comparator<EventSourceMappingId> ORDER =
            Comparator.comparing(EventSourceMappingId::uuid).thenComparing(EventSourceMappingId::toString);

    static final Duration MARGIN = Duration.ofSeconds(1);
    static final Duration RENEWAL = Duration.ofMillis(1500);

    private final SourceLeases leases;
    private final Supplier<String> names;
    private final LongSupplier nanos;

    /// Replaced whenever it changes.
    private volatile Holding holding;

    private String name = "";
    private List<Server> servers = List.of();

    /// Since when renewals have gone well without a gap.
    private long steadySince;

    private long renewed;

    /// Whether this server would take nothing more.
    private boolean resting;

    /// Of which others are to have the lease once this process has ended its work on it.
    private final Set<EventSourceMappingId> handingOver = new HashSet<>();

    /// @param until by when the leases may be others', on the clock of `nanos`
    private record Holding(Map<EventSourceMappingId, SourceLease> leases, long until) {}

    /// @param names that no server ever had
    public SharedOwnership(SourceLeases leases, Supplier<String> names, LongSupplier nanos) {
        this.leases = leases;
        this.names = names;
        this.nanos = nanos;
        this.holding = new Holding(Map.of(), nanos.getAsLong());
    }

    @Override
    public void onChange(Runnable listener) {
        leases.onChange(listener);
    }

    @Override
    public boolean renew(boolean rests) {
        boolean changes = rests != resting;
        long asked = nanos.getAsLong();
        if (!name.isEmpty() && !changes && asked - renewed < RENEWAL.toNanos()) {
            return false;
        }
        resting = rests;
        if (name.isEmpty()) {
            join(asked);
            changes = true;
        }
        var now = leases.renew(name, rests, TERM);
        if (now.stream().noneMatch(server -> server.owner().equals(name))) {
            LOG.log(Level.WARNING, "Other servers poll the event sources that this one did: it was away for too long");
            forgetAll(asked);
            return true;
        }
        if (asked - holding.until() >= 0) {
            steadySince = asked;
        }
        renewed = asked;
        holding = new Holding(holding.leases(), asked + TERM.minus(MARGIN).toNanos());
        changes = changes || !here(now).equals(here(servers)) || isToBury(now, asked);
        servers = now;
        return changes;
    }

    private void join(long asked) {
        var fresh = names.get();
        leases.join(fresh, TERM);
        name = fresh;
        steadySince = asked;
    }

    private void forgetAll(long now) {
        name = "";
        servers = List.of();
        handingOver.clear();
        holding = new Holding(Map.of(), now);
    }

    private static List<Server> here(List<Server> servers) {
        return servers.stream().filter(server -> !server.over()).toList();
    }

    /// Whoever was cut off itself gives the others time to come back as well.
    private boolean isToBury(List<Server> all, long now) {
        return now - steadySince >= TERM.toNanos() && all.stream().anyMatch(Server::over);
    }

    @Override
    public Set<EventSourceMappingId> share(Set<EventSourceMappingId> enabled, Set<EventSourceMappingId> busy) {
        long now = nanos.getAsLong();
        if (name.isEmpty() || now - holding.until() >= 0) {
            return Set.of();
        }
        var gone = isToBury(servers, now)
                ? servers.stream().filter(Server::over).map(Server::owner).toList()
                : List.<String>of();
        if (!gone.isEmpty()) {
            leases.bury(gone);
            servers = here(servers);
        }
        var all = leases.all();
        // What was given when the answer was lost, or was to be given up when that was.
        hold(all.stream().filter(lease -> lease.owner().equals(name)).toList());
        letGo(enabled, busy);
        long sharers = servers.stream().filter(server -> !server.rests()).count();
        int quota = resting ? 0 : (int) Math.ceilDiv(enabled.size(), Math.max(1, sharers));
        var wanted = new ArrayList<>(enabled.stream()
                .filter(holding.leases()::containsKey)
                .sorted(ORDER)
                .toList());
        wanted.removeAll(handingOver);
        while (wanted.size() > quota) {
            handingOver.add(wanted.removeLast());
        }
        if (wanted.size() < quota) {
            var taken = take(enabled, all, quota - wanted.size());
            hold(taken);
            taken.forEach(lease -> wanted.add(lease.mapping()));
            if (!gone.isEmpty() && !taken.isEmpty()) {
                LOG.log(
                        Level.INFO,
                        "This server polls {0} event source mappings more, now that {1} says nothing any more",
                        taken.size(),
                        String.join(", ", gone));
            }
        }
        return Set.copyOf(wanted);
    }

    private void letGo(Set<EventSourceMappingId> enabled, Set<EventSourceMappingId> busy) {
        var over = holding.leases().values().stream()
                .filter(lease -> !busy.contains(lease.mapping()))
                .filter(lease -> handingOver.contains(lease.mapping()) || !enabled.contains(lease.mapping()))
                .toList();
        if (!over.isEmpty()) {
            var left = new HashMap<>(holding.leases());
            over.forEach(lease -> left.remove(lease.mapping()));
            holding = new Holding(Map.copyOf(left), holding.until());
            leases.release(over);
            over.forEach(lease -> handingOver.remove(lease.mapping()));
        }
    }

    private List<SourceLease> take(Set<EventSourceMappingId> enabled, List<SourceLease> all, int most) {
        var free = new HashSet<>(enabled);
        all.stream().filter(lease -> !lease.owner().isEmpty()).forEach(lease -> free.remove(lease.mapping()));
        free.removeAll(holding.leases().keySet());
        return free.isEmpty()
                ? List.of()
                : leases.take(name, free.stream().sorted(ORDER).toList(), most);
    }

    private void hold(List<SourceLease> given) {
        if (!given.isEmpty()) {
            var more = new HashMap<>(holding.leases());
            given.forEach(lease -> more.put(lease.mapping(), lease));
            holding = new Holding(Map.copyOf(more), holding.until());
        }
    }

    @Override
    public boolean isHeld(EventSourceMappingId mapping) {
        var now = holding;
        return now.leases().containsKey(mapping) && nanos.getAsLong() - now.until() < 0;
    }

    @Override
    public StreamClaim claim(CheckpointStore checkpoints, EventSourceMappingId mapping) {
        return checkpoints.claim(holding.leases().getOrDefault(mapping, new SourceLease(mapping, "", 0)));
    }

    @Override
    public void leave() {
        if (name.isEmpty()) {
            return;
        }
        var left = name;
        forgetAll(nanos.getAsLong());
        try {
            leases.leave(left);
        } catch (StoreException | StoreUnavailableException | IllegalStateException e) {
            LOG.log(Level.DEBUG, "Others poll what this server did once its time is over", e);
        }
    }
}
