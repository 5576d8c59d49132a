package hearth.invoke.workermanager;

import hearth.invoke.placement.Demand;
import hearth.model.EnvironmentKey;
import hearth.model.FunctionVersion;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What there is of one function version of one generation, and of one tenant where the function keeps its tenants
/// apart: its stock of environments, and the invocations that wait for one. Guarded as the EnvironmentTable is.
///
/// Invocations wait only while no environment has room, or those that run have all that the processors can give.
final class FunctionEnvironments {
    private static final int MANY = 8;

    private final FunctionVersion version;
    private final EnvironmentKey key;
    private final ShardId shard;
    private final Demand demand;
    private final int maxConcurrency;
    private final FunctionTurns turns;
    private final EnvironmentStock stock;
    private final WaitingInvocations waiting = new WaitingInvocations();
    private final ProvisioningGoal goal = new ProvisioningGoal();
    private final StartRecord starts = new StartRecord();
    private final MeanTime invocations = new MeanTime();
    /// How many environments each worker has, and how many of those are provisioned.
    private final Map<WorkerId, Integer> hosts = new HashMap<>(2);
    private final Map<WorkerId, Integer> provisionedHosts = new HashMap<>(0);
    /// Whether environments are initialised ahead, as SnapStart has it.
    private boolean snapStart;

    private boolean superseded;
    private boolean forgotten;

    /// @param maxConcurrency how many invocations each environment may run at once
    FunctionEnvironments(FunctionVersion version, @Nullable String tenant, int maxConcurrency) {
        this.version = version;
        this.key = version.environmentKey(tenant);
        this.shard = ShardId.of(version.function());
        this.demand = Demand.of(version);
        this.maxConcurrency = maxConcurrency;
        this.turns = new FunctionTurns(demand, invocations);
        this.stock = new EnvironmentStock(turns, maxConcurrency);
        if (version.snapStart()) {
            initializeAhead();
        }
    }

    /// Its version is one under SnapStart: those that have served already serve before those that were made ahead.
    void initializeAhead() {
        snapStart = true;
        stock.keepProvisionedForLast();
    }

    boolean isSnapStart() {
        return snapStart;
    }

    int maxConcurrency() {
        return maxConcurrency;
    }

    FunctionVersion version() {
        return version;
    }

    EnvironmentKey key() {
        return key;
    }

    /// Null of a function that does not keep its tenants apart.
    @Nullable
    String tenant() {
        return key.tenant();
    }

    /// Where they belong.
    ShardId shard() {
        return shard;
    }

    Demand demand() {
        return demand;
    }

    EnvironmentStock stock() {
        return stock;
    }

    FunctionTurns turns() {
        return turns;
    }

    WaitingInvocations waiting() {
        return waiting;
    }

    ProvisioningGoal goal() {
        return goal;
    }

    StartRecord starts() {
        return starts;
    }

    /// Where environments are, for placing one more: none, where they are on many already.
    ///
    /// @param provisioned whether those are wanted that are provisioned
    Map<WorkerId, Integer> spread(boolean provisioned) {
        if (provisioned) {
            return provisionedHosts;
        }
        return hosts.size() > MANY ? Map.of() : hosts;
    }

    /// One more environment is on a worker, or one less.
    void count(WorkerId worker, boolean provisioned, int more) {
        add(hosts, worker, more);
        if (provisioned) {
            countProvisioned(worker, more);
        }
    }

    void countProvisioned(WorkerId worker, int more) {
        add(provisionedHosts, worker, more);
    }

    private static void add(Map<WorkerId, Integer> counts, WorkerId worker, int more) {
        counts.merge(worker, more, (before, added) -> before + added == 0 ? null : before + added);
    }

    /// An invocation is over.
    ///
    /// @param took how long it had its environment
    void served(Duration took) {
        invocations.add(took);
    }

    /// How many of those who wait are to have an environment made for them.
    ///
    /// None while one has room, and no more than the processors can use. And none but who has waited for long
    /// already, if those that are busy are expected to serve all of them sooner than a new one would be ready.
    int impatient(Instant now, Duration longest) {
        if (stock.hasRoom()) {
            // Whoever cannot be sent to where that is.
            return waiting.isEmpty() ? 0 : waiting.countPicky();
        }
        return Math.min(turns.left(), waitingTooLong(now, longest));
    }

    private int waitingTooLong(Instant now, Duration longest) {
        var bound = patience(longest);
        boolean soonServed =
                stock.busy() > 0 && invocations.nanos() * waiting.count() / stock.underWay() < bound.toNanos();
        return soonServed ? waiting.countSince(now.minus(bound)) : waiting.count();
    }

    /// How long an invocation waits for a busy environment before a new one is asked for.
    Duration patience(Duration longest) {
        return starts.patience(longest);
    }

    boolean isEmpty() {
        return goal.wanted() == 0 && stock.isEmpty() && waiting.isEmpty();
    }

    /// A newer generation is known, or the function is gone: environments end when nobody waits for them.
    boolean isSuperseded() {
        return superseded;
    }

    void supersede() {
        superseded = true;
    }

    /// Another member looks after its shard: what was asked for here is not wanted any more.
    boolean isForgotten() {
        return forgotten;
    }

    void forget() {
        forgotten = true;
    }
}
