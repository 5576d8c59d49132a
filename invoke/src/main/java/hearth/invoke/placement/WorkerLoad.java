package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.List;

/// What one worker has reported, what of it was promised since, and how well it is. Guarded by the PlacementService's
/// lock.
final class WorkerLoad {
    /// What is known of a worker that has not reported.
    private static final Report NOTHING =
            new Report(Long.MIN_VALUE, Long.MIN_VALUE, new WorkerCapacity(new Bytes(0), 0, 0), false, false, List.of());

    private final WorkerId worker;
    private final PlacementConfig config;
    private Bytes memory = new Bytes(0);
    private long milliCpus;
    private int environments;
    /// Of these, what stays whether it is needed or not.
    private Bytes keptMemory = new Bytes(0);

    private int keptEnvironments;
    private int failures;
    private Instant sparedUntil = Instant.MIN;
    private boolean draining;
    private Report report = NOTHING;

    /// Whether it has reported.
    private boolean known;

    /// Whether it has refused a start since its last report.
    private boolean full;

    WorkerLoad(WorkerId worker, PlacementConfig config) {
        this.worker = worker;
        this.config = config;
    }

    WorkerId worker() {
        return worker;
    }

    /// One that a later report overtook is passed over.
    void reported(Report now) {
        if (now.number() <= report.number()) {
            return;
        }
        report = now;
        known = true;
        full = false;
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
                && environments < capacity().slots()
                && memory.plus(demand.memory()).compareTo(offered()) <= 0;
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
        return milliCpus + demand.milliCpus() <= capacity().milliCpus();
    }

    double cpuLoad() {
        return (double) milliCpus / Math.max(1, capacity().milliCpus());
    }

    /// The larger of the free shares of memory and CPU that a new environment would leave: small is a tight fit.
    double leftover(Demand demand) {
        var freeMemory =
                1.0 - (double) memory.plus(demand.memory()).count() / offered().count();
        var freeCpu = 1.0
                - (double) (milliCpus + demand.milliCpus())
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

    void drain() {
        draining = true;
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
