package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.EnvironmentKey;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which environments there are, by id, by key and by function. Guarded as the EnvironmentTable is.
///
/// A version, generation and tenant is noted here while it has environments, is to have some, or has
/// invocations that wait.
final class Inventory {
    private final Function<ShardId, EnvironmentId> ids;
    private final int maxConcurrency;
    private final EnvironmentTallies tallies;
    private final Map<EnvironmentKey, FunctionEnvironments> versions = new HashMap<>();

    /// The values of `versions` by function: all versions, generations and tenants that hold environments.
    private final Map<FunctionId, Set<FunctionEnvironments>> functions = new HashMap<>();

    /// Those that have a slot: all but the ones that are still being placed.
    private final Map<EnvironmentId, Environment> environments = new HashMap<>();

    /// The same by worker.
    private final Map<WorkerId, Map<EnvironmentId, Environment>> workers = new HashMap<>();

    private final Set<Environment> retiring = new HashSet<>();
    private final SequencedSet<FunctionEnvironments> starved = new LinkedHashSet<>();

    private final OwnedShards shards;

    private boolean closed;

    /// @param maxConcurrency how many invocations an environment may run at once
    Inventory(
            OwnedShards shards, Function<ShardId, EnvironmentId> ids, int maxConcurrency, EnvironmentTallies tallies) {
        this.shards = shards;
        this.ids = ids;
        this.maxConcurrency = maxConcurrency;
        this.tallies = tallies;
    }

    /// No more are made.
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /// Whether environments may be made for a function.
    boolean mayAsk(FunctionEnvironments function) {
        return !closed && shards.isSettled(function.shard());
    }

    /// Whether its environments are given out here.
    boolean accepts(FunctionId function) {
        return shards.accepts(ShardId.of(function));
    }

    @Nullable
    FunctionEnvironments find(EnvironmentKey key) {
        return versions.get(key);
    }

    @Nullable
    Environment find(EnvironmentId id) {
        return environments.get(id);
    }

    /// Those that a worker was asked for and that have not ended.
    Collection<Environment> on(WorkerId worker) {
        return workers.getOrDefault(worker, Map.of()).values();
    }

    /// What `find` says, or a new one.
    FunctionEnvironments obtain(FunctionVersion version, @Nullable String tenant, List<EnvironmentAction> actions) {
        var known = find(version.environmentKey(tenant));
        if (known == null) {
            return begin(version, tenant, actions);
        }
        if (version.snapStart()) {
            // What a worker told of it did not say that.
            known.initializeAhead();
        }
        return known;
    }

    private FunctionEnvironments begin(
            FunctionVersion version, @Nullable String tenant, List<EnvironmentAction> actions) {
        var function = new FunctionEnvironments(version, tenant, maxConcurrency);
        for (var other : of(version.function())) {
            if (other.version().version().equals(version.version())) {
                // The caller may hold an older configuration than another caller: that one's is not superseded then.
                if (other.version().generation() < version.generation()) {
                    supersede(other, actions);
                } else if (other.version().generation() > version.generation()) {
                    function.supersede();
                }
            }
        }
        functions
                .computeIfAbsent(version.function(), _ -> new LinkedHashSet<>())
                .add(function);
        versions.put(function.key(), function);
        return function;
    }

    /// A copy, so that they may be forgotten meanwhile.
    List<FunctionEnvironments> of(FunctionId function) {
        return List.copyOf(functions.getOrDefault(function, Set.of()));
    }

    /// A copy, so that they may be forgotten meanwhile.
    List<FunctionEnvironments> all() {
        return List.copyOf(versions.values());
    }

    /// All of them, while none is noted or forgotten.
    Collection<FunctionEnvironments> view() {
        return versions.values();
    }

    EnvironmentCounts counts() {
        int starting = 0;
        int idle = 0;
        int busy = 0;
        int waiting = 0;
        for (var function : versions.values()) {
            starting += function.stock().starting();
            idle += function.stock().idleCount();
            busy += function.stock().busy();
            waiting += function.waiting().count();
        }
        return new EnvironmentCounts(
                starting,
                idle,
                busy,
                retiring.size(),
                waiting,
                tallies.warmTakes,
                tallies.waits,
                tallies.asked,
                tallies.failedStarts,
                tallies.expired,
                tallies.evicted,
                tallies.refused,
                tallies.adopted);
    }

    /// Has one more made, once a worker has room for it.
    void ask(FunctionEnvironments function, Instant now, boolean provisioned, List<EnvironmentAction> actions) {
        var environment = new Environment(ids.apply(function.shard()), function, now, provisioned);
        function.stock().entered(environment);
        tallies.asked++;
        actions.add(new EnvironmentAction.Ask(environment));
    }

    void placed(Environment environment, Slot slot) {
        environment.placed(slot);
        note(environment);
    }

    private void note(Environment environment) {
        environment.function().count(environment.slot().worker(), environment.isProvisioned(), 1);
        environments.put(environment.id(), environment);
        workers.computeIfAbsent(environment.slot().worker(), _ -> new HashMap<>())
                .put(environment.id(), environment);
    }

    /// One that another member looked after.
    void adopted(Environment environment) {
        note(environment);
        if (environment.state() instanceof EnvironmentState.Retiring) {
            retiring.add(environment);
        }
    }

    /// Lets go of the environments of a shard, which do not end.
    void letGo(ShardId shard, List<EnvironmentAction> actions) {
        for (var environment : List.copyOf(environments.values())) {
            if (environment.function().shard().equals(shard)) {
                gone(environment.id());
                actions.add(new EnvironmentAction.GiveBack(environment.slot()));
            }
        }
    }

    /// Lets go of all that there is of a shard: another member looks after it.
    void forget(ShardId shard, List<EnvironmentAction> actions) {
        letGo(shard, actions);
        for (var function : of(shard)) {
            function.forget();
            function.goal().want(0);
            remove(function);
        }
    }

    /// A copy, so that they may be forgotten meanwhile.
    List<FunctionEnvironments> of(ShardId shard) {
        return versions.values().stream()
                .filter(function -> function.shard().equals(shard))
                .toList();
    }

    /// Ends one as soon as it is idle. It is given to nobody any more.
    void retire(Environment environment, List<EnvironmentAction> actions) {
        environment.retire();
        retiring.add(environment);
        actions.add(new EnvironmentAction.Retire(environment));
    }

    /// One has ended; null when it had before.
    @Nullable
    Environment gone(EnvironmentId id) {
        var environment = environments.remove(id);
        if (environment != null) {
            workers.computeIfPresent(environment.slot().worker(), (_, all) -> {
                all.remove(id);
                return all.isEmpty() ? null : all;
            });
            environment.function().count(environment.slot().worker(), environment.isProvisioned(), -1);
            environment.endTurns();
            environment.function().stock().left(environment);
            retiring.remove(environment);
        }
        return environment;
    }

    /// Those that were asked to end and have not.
    Set<Environment> retiring() {
        return retiring;
    }

    /// Those whose invocations wait while no worker has room, longest first.
    SequencedSet<FunctionEnvironments> starved() {
        return starved;
    }

    /// Ends what is idle of a version that is not current any more, and what is busy later.
    void supersede(FunctionEnvironments function, List<EnvironmentAction> actions) {
        function.supersede();
        function.goal().want(0);
        while (!function.stock().idle().isEmpty()) {
            retire(function.stock().idle().getLast(), actions);
        }
        while (!function.stock().idleProvisioned().isEmpty()) {
            retire(function.stock().idleProvisioned().getLast(), actions);
        }
        forgetIfEmpty(function);
    }

    void forgetIfEmpty(FunctionEnvironments function) {
        if (function.isEmpty()) {
            remove(function);
        }
    }

    private void remove(FunctionEnvironments function) {
        starved.remove(function);
        versions.remove(function.key(), function);
        functions.computeIfPresent(function.version().function(), (_, all) -> {
            all.remove(function);
            return all.isEmpty() ? null : all;
        });
    }
}
