package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.worker.Worker;
import java.time.Instant;

/// What one worker has promised, and how well it is. Guarded by the PlacementService's lock.
final class WorkerLoad {
    private final Worker worker;
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

    WorkerLoad(Worker worker, PlacementConfig config) {
        this.worker = worker;
        this.config = config;
    }

    Worker worker() {
        return worker;
    }

    boolean couldEverHold(Demand demand) {
        return worker.capacity().slots() > 0 && demand.memory().compareTo(offered()) <= 0;
    }

    boolean hasRoom(Demand demand) {
        return !draining
                && worker.hasRoom()
                && environments < worker.capacity().slots()
                && memory.plus(demand.memory()).compareTo(offered()) <= 0;
    }

    /// @param stays whether the environment stays when it is not needed
    boolean hasRoom(Demand demand, boolean stays) {
        return hasRoom(demand) && (!stays || hasRoomToKeep(demand));
    }

    private boolean hasRoomToKeep(Demand demand) {
        return worker.hasRoomToKeep() && hasShare(demand);
    }

    /// Whether one more may stay, as far as those go that do.
    boolean hasShare(Demand demand) {
        return !draining
                && (keptEnvironments + 1) * 100L <= (long) worker.capacity().slots() * config.keptPercent()
                && keptMemory.plus(demand.memory()).count() <= offered().count() * config.keptPercent() / 100;
    }

    boolean isHealthy(Instant now) {
        return failures < config.failuresInARow() || !now.isBefore(sparedUntil);
    }

    /// Whether all environments, this one too, may use their CPU share at the same time.
    boolean hasCpu(Demand demand) {
        return milliCpus + demand.milliCpus() <= worker.capacity().milliCpus();
    }

    double cpuLoad() {
        return (double) milliCpus / Math.max(1, worker.capacity().milliCpus());
    }

    /// The larger of the free shares of memory and CPU that a new environment would leave: small is a tight fit.
    double leftover(Demand demand) {
        var freeMemory =
                1.0 - (double) memory.plus(demand.memory()).count() / offered().count();
        var freeCpu = 1.0
                - (double) (milliCpus + demand.milliCpus())
                        / Math.max(1, worker.capacity().milliCpus());
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

    private Bytes offered() {
        return new Bytes(Math.multiplyExact(worker.capacity().memory().count(), (long) config.memoryPromised()));
    }
}
