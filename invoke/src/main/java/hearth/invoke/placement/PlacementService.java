package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerId;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// Chooses the worker for a new environment, and counts what each worker has promised.
///
/// Memory and slots are hard limits. CPU is not: environments at rest use none, so a worker whose CPU is promised
/// whole still takes more when no other has CPU left. Among workers with room the fullest that fits is taken (best
/// fit), which keeps others empty for large environments; once CPU is short everywhere, the least loaded.
///
/// A worker that failed several times in a row is spared for a while. If all are spared, that says nothing
/// about any one of them, and they are used as if well.
public final class PlacementService {
    /// Guarded by itself; nothing foreign is called under it.
    private final Map<WorkerId, WorkerLoad> workers = new LinkedHashMap<>();

    private final PlacementConfig config;
    private final InstantSource clock;

    /// @param clock one that nobody sets: only the time between two of its moments means something
    public PlacementService(PlacementConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /// Makes a worker known, which has nothing yet. It is chosen once it has reported.
    public void add(WorkerId worker) {
        synchronized (workers) {
            workers.put(worker, new WorkerLoad(worker, config));
        }
    }

    /// What a worker says of itself holds until it says another thing. Whoever is not known here is passed over.
    public void reported(WorkerId worker, Report report) {
        synchronized (workers) {
            var load = workers.get(worker);
            if (load != null) {
                load.reported(report);
            }
        }
    }

    /// A worker cannot be reached: it is not chosen before it reports again. What was promised there stays promised.
    public void lost(WorkerId worker) {
        synchronized (workers) {
            var load = workers.get(worker);
            if (load != null) {
                load.refused();
            }
        }
    }

    /// Sends no more environments to a worker; those it has stay until they end.
    public void drain(WorkerId worker) {
        synchronized (workers) {
            var load = workers.get(worker);
            if (load != null) {
                load.drain();
            }
        }
    }

    /// Forgets a worker. Slots promised on it may still be closed.
    public void remove(WorkerId worker) {
        synchronized (workers) {
            workers.remove(worker);
        }
    }

    /// Promises room for one environment, if any worker has it.
    public Placement place(Demand demand) {
        return place(demand, false);
    }

    /// @param stays whether the environment stays when it is not needed: such may take a part of a worker alone
    public Placement place(Demand demand, boolean stays) {
        synchronized (workers) {
            var chosen = choose(demand, stays);
            if (chosen.isEmpty()) {
                return whyNowhere(demand, stays);
            }
            chosen.get().promise(demand, stays);
            return new Placement.Placed(new PromisedSlot(chosen.get(), demand, stays));
        }
    }

    private Placement whyNowhere(Demand demand, boolean stays) {
        if (workers.isEmpty()) {
            return new Placement.NoRoom();
        }
        if (workers.values().stream().noneMatch(load -> load.couldEverHold(demand))) {
            return new Placement.NeverFits();
        }
        // Where the share is used up, it does not help that others end.
        boolean endsHelp =
                workers.values().stream().anyMatch(load -> !load.hasRoom(demand) && (!stays || load.hasShare(demand)));
        return endsHelp ? new Placement.NoRoom() : new Placement.ShareUsedUp();
    }

    public Promised promised(WorkerId worker) {
        synchronized (workers) {
            var load = workers.get(worker);
            return load == null ? new Promised(0, new Bytes(0), 0, new Bytes(0)) : load.promised();
        }
    }

    private Optional<WorkerLoad> choose(Demand demand, boolean stays) {
        var now = clock.instant();
        var anyHealthy = workers.values().stream().anyMatch(load -> load.isHealthy(now) && load.hasRoom(demand, stays));
        var tightest = candidates(demand, stays)
                .filter(load -> load.hasCpu(demand) && (!anyHealthy || load.isHealthy(now)))
                .min(Comparator.comparingDouble(load -> load.leftover(demand)));
        return tightest.or(() -> candidates(demand, stays)
                .filter(load -> !anyHealthy || load.isHealthy(now))
                .min(Comparator.comparingDouble(WorkerLoad::cpuLoad)));
    }

    private Stream<WorkerLoad> candidates(Demand demand, boolean stays) {
        return workers.values().stream().filter(load -> load.hasRoom(demand, stays));
    }

    private final class PromisedSlot implements Slot {
        private final WorkerLoad load;
        private final Demand demand;
        private final AtomicBoolean stays;
        private final AtomicBoolean closed = new AtomicBoolean();

        PromisedSlot(WorkerLoad load, Demand demand, boolean stays) {
            this.load = load;
            this.demand = demand;
            this.stays = new AtomicBoolean(stays);
        }

        @Override
        public WorkerId worker() {
            return load.worker();
        }

        @Override
        public int processors() {
            synchronized (workers) {
                return load.processors();
            }
        }

        @Override
        public void succeeded() {
            synchronized (workers) {
                load.succeeded();
            }
        }

        @Override
        public void failed() {
            synchronized (workers) {
                load.failed(clock.instant());
            }
        }

        @Override
        public void refused() {
            synchronized (workers) {
                load.refused();
            }
        }

        @Override
        public void keepNoLonger() {
            if (stays.compareAndSet(true, false)) {
                synchronized (workers) {
                    load.keepNoLonger(demand);
                }
            }
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                keepNoLonger();
                synchronized (workers) {
                    load.giveBack(demand);
                }
            }
        }
    }
}
