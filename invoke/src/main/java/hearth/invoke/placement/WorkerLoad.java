package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Taken;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one worker has reported, what of it was promised since, and how well it is. Guarded by the PlacementService's
/// lock.
final class WorkerLoad {
    /// What is known of a worker that has not reported.
    private static final Report NOTHING = new Report(
            Long.MIN_VALUE, new WorkerCapacity(new Bytes(0), 0, 0), Report.Taken.NOTHING, false, false, List.of());

    private final WorkerId worker;
    private final String zone;
    private final boolean away;
    private final PlacementConfig config;
    private Bytes memory = new Bytes(0);
    private long milliCpus;
    private int environments;
    /// Of these, what stays whether it is needed or not.
    private Bytes keptMemory = new Bytes(0);

    private int keptEnvironments;

    /// Of ours, those that have not come up yet.
    private int starting;

    private int failures;
    private Instant sparedUntil = Instant.MIN;
    private boolean draining;
    private Report report = NOTHING;
    /// Since when it cannot be reached; null while it can.
    private @Nullable Instant lostSince;

    /// Whether it has reported.
    private boolean known;

    /// Whether it has refused a start since its last report.
    private boolean full;

    /// Of what the last report says is taken, that which is not of ours.
    private Taken others = Taken.NOTHING;

    /// Whether it was asked to make room since its last report.
    private boolean asked;

    WorkerLoad(WorkerId worker, String zone, boolean away, PlacementConfig config) {
        this.worker = worker;
        this.zone = zone;
        this.away = away;
        this.config = config;
    }

    WorkerId worker() {
        return worker;
    }

    /// What fails together with it.
    String zone() {
        return zone;
    }

    /// Whether it is reached over a network.
    boolean isAway() {
        return away;
    }

    WorkerFigures figures() {
        return new WorkerFigures(worker, zone, capacity(), report.taken(), draining);
    }

    /// One that a later report overtook is passed over.
    void reported(Report now) {
        if (now.number() <= report.number()) {
            return;
        }
        report = now;
        known = true;
        full = false;
        asked = false;
        others = othersIn(now);
    }

    /// Those of ours that the report does not count yet are on their way there.
    private Taken othersIn(Report now) {
        var taken = now.taken();
        int more = taken.environments() - now.environments().size();
        if (more <= 0) {
            return Taken.NOTHING;
        }
        long idle = taken.idle() - count(now, Report.Phase.IDLE);
        long startingThere = taken.starting() - count(now, Report.Phase.STARTING);
        return new Taken(
                more,
                new Bytes(Math.max(0, taken.memory().count() - memory.count())),
                Math.max(0, taken.milliCpus() - milliCpus),
                (int) Math.max(0, idle),
                (int) Math.max(0, startingThere));
    }

    private static long count(Report report, Report.Phase phase) {
        return report.environments().stream()
                .filter(one -> one.phase() == phase)
                .count();
    }

    /// It cannot be reached.
    void lost(Instant now) {
        refused();
        if (lostSince == null) {
            lostSince = now;
        }
    }

    /// It can be reached again.
    void reached() {
        lostSince = null;
    }

    boolean isLostSince(Instant moment) {
        return lostSince != null && !lostSince.isAfter(moment);
    }

    /// It had no room for what was promised.
    void refused() {
        full = true;
    }

    /// Whether an environment fits at all; one that has not reported may be large enough.
    boolean couldEverHold(Demand demand) {
        return !known || (capacity().slots() > 0 && demand.memory().compareTo(offered()) <= 0);
    }

    boolean hasRoom(Demand demand) {
        return !draining
                && !full
                && report.room()
                && environments + others.environments() < capacity().slots()
                && used().plus(demand.memory()).compareTo(offered()) <= 0;
    }

    private Bytes used() {
        return memory.plus(others.memory());
    }

    /// Whether it says that environments of others are idle there, in whose stead one of this size may start.
    boolean couldMakeRoom(Demand demand) {
        return known && !draining && !asked && others.idle() > 0 && couldEverHold(demand);
    }

    int idleOfOthers() {
        return others.idle();
    }

    void askedForRoom() {
        asked = true;
    }

    /// @param stays whether the environment stays when it is not needed
    boolean hasRoom(Demand demand, boolean stays) {
        return hasRoom(demand) && (!stays || hasRoomToKeep(demand));
    }

    private boolean hasRoomToKeep(Demand demand) {
        return report.roomToKeep() && hasShare(demand);
    }

    /// Whether one more may stay, as far as those go that do.
    boolean hasShare(Demand demand) {
        return !draining
                && (keptEnvironments + 1) * 100L <= (long) capacity().slots() * config.keptPercent()
                && keptMemory.plus(demand.memory()).count() <= offered().count() * config.keptPercent() / 100;
    }

    boolean isHealthy(Instant now) {
        return failures < config.failuresInARow() || !now.isBefore(sparedUntil);
    }

    /// Whether all environments, this one too, may use their CPU share at the same time.
    boolean hasCpu(Demand demand) {
        return milliCpus + others.milliCpus() + demand.milliCpus() <= capacity().milliCpus();
    }

    double cpuLoad() {
        return (double) (milliCpus + others.milliCpus())
                / Math.max(1, capacity().milliCpus());
    }

    /// The larger of the free shares of memory and CPU that a new environment would leave: small is a tight fit.
    double leftover(Demand demand) {
        var freeMemory =
                1.0 - (double) used().plus(demand.memory()).count() / offered().count();
        var freeCpu = 1.0
                - (double) (milliCpus + others.milliCpus() + demand.milliCpus())
                        / Math.max(1, capacity().milliCpus());
        return Math.max(freeMemory, freeCpu);
    }

    void promise(Demand demand, boolean stays) {
        if (stays) {
            keptMemory = keptMemory.plus(demand.memory());
            keptEnvironments++;
        }
        memory = memory.plus(demand.memory());
        milliCpus += demand.milliCpus();
        environments++;
    }

    /// One that is there already, and was counted with those of others until now.
    void adopt(Demand demand, boolean stays) {
        promise(demand, stays);
        others = new Taken(
                Math.max(0, others.environments() - 1),
                new Bytes(Math.max(0, others.memory().count() - demand.memory().count())),
                Math.max(0, others.milliCpus() - demand.milliCpus()),
                others.idle(),
                others.starting());
    }

    /// One that stayed ends when it is not needed from now on.
    void keepNoLonger(Demand demand) {
        keptMemory = keptMemory.minus(demand.memory());
        keptEnvironments--;
    }

    void giveBack(Demand demand) {
        memory = memory.minus(demand.memory());
        milliCpus -= demand.milliCpus();
        environments--;
    }

    /// One that was promised room begins to come up.
    void starts() {
        starting++;
    }

    /// It has come up, or never will.
    void startEnded() {
        starting--;
    }

    /// How crowded its processors are with environments that come up, for whomever: 0 while one more hardly waits for
    /// the others.
    int crowding() {
        long fits = (long) config.startsOnAProcessor() * Math.max(1, processors());
        return (int) ((starting + others.starting()) / fits);
    }

    void succeeded() {
        failures = 0;
    }

    /// A worker that fails again when it is tried after its rest is spared once more.
    void failed(Instant now) {
        failures++;
        if (failures >= config.failuresInARow()) {
            sparedUntil = now.plus(config.rest());
        }
    }

    void drain(boolean now) {
        draining = now;
    }

    Promised promised() {
        return new Promised(environments, memory, milliCpus, keptMemory);
    }

    int processors() {
        return capacity().milliCpus() / 1000;
    }

    private WorkerCapacity capacity() {
        return report.capacity();
    }

    private Bytes offered() {
        return new Bytes(Math.multiplyExact(capacity().memory().count(), (long) config.memoryPromised()));
    }
}
