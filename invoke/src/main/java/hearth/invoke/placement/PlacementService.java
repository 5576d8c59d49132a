package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Chooses the worker for a new environment, and counts what each worker has promised.
///
/// Memory and slots are hard limits. CPU is not: environments at rest use none, so a worker whose CPU is promised
/// whole still takes more when no other has CPU left. Among workers with room the fullest that fits is taken (best
/// fit), which keeps others empty for large environments; once CPU is short everywhere, the least loaded.
///
/// What comes up takes processors: a worker where several come up already is passed over while another has room where
/// fewer do, so that a burst of cold starts is spread, and each is as quick as it can be.
///
/// Several members may place on one worker: each counts its own promises and, of what the worker reports, what others
/// have taken. Two may promise the same room all the same; the worker refuses then, and is believed.
///
/// The environments of a function are spread over hosts and zones where there are several: see `Spread`.
///
/// A worker that failed several times in a row is spared for a while. If all are spared, that says nothing
/// about any one of them, and they are used as if well.
public final class PlacementService {
    /// How long a worker is remembered that cannot be reached.
    static final Duration FORGOTTEN = Duration.ofMinutes(10);

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
        add(worker, "");
    }

    /// @param zone what fails together with it: workers whose zones are the same do
    public void add(WorkerId worker, String zone) {
        put(worker, zone, false);
    }

    /// A worker can be reached, from now on or again.
    ///
    /// @param anew whether it has nothing of what it had, if it was known
    public void reached(WorkerId worker, String zone, boolean anew) {
        synchronized (workers) {
            var load = workers.get(worker);
            if (anew || load == null) {
                put(worker, zone, true);
            } else {
                load.reached();
            }
        }
    }

    private void put(WorkerId worker, String zone, boolean away) {
        synchronized (workers) {
            workers.put(worker, new WorkerLoad(worker, zone, away, config));
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
                load.lost(clock.instant());
            }
        }
    }

    /// Forgets the workers that could not be reached for so long that they are gone for good. To be called now
    /// and then.
    public void sweep() {
        synchronized (workers) {
            var moment = clock.instant().minus(FORGOTTEN);
            workers.values().removeIf(load -> load.isLostSince(moment));
        }
    }

    /// Sends no more environments to a worker; those it has stay until they end.
    public void drain(WorkerId worker) {
        drain(worker, true);
    }

    /// Sends environments to a worker that was drained.
    public void undrain(WorkerId worker) {
        drain(worker, false);
    }

    private void drain(WorkerId worker, boolean draining) {
        synchronized (workers) {
            var load = workers.get(worker);
            if (load != null) {
                load.drain(draining);
            }
        }
    }

    /// The room of an environment that a worker has made for another member, which looked after it until now.
    public Slot adopt(WorkerId worker, Demand demand, boolean stays) {
        synchronized (workers) {
            var load = workers.getOrDefault(worker, new WorkerLoad(worker, "", true, config));
            load.adopt(demand, stays);
            return new PromisedSlot(load, demand, stays, false);
        }
    }

    /// A worker that has idle environments of other members and would have room for one of this size without them;
    /// empty when there is none. Each is named once for each of its reports.
    public Optional<WorkerId> roomToMake(PlacementRequest request) {
        synchronized (workers) {
            var found = workers.values().stream()
                    .filter(load -> request.may().test(load.worker()) && load.couldMakeRoom(request.demand()))
                    .max(Comparator.comparingInt(WorkerLoad::idleOfOthers));
            found.ifPresent(WorkerLoad::askedForRoom);
            return found.map(WorkerLoad::worker);
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
        return place(PlacementRequest.of(demand, stays));
    }

    public Placement place(PlacementRequest request) {
        synchronized (workers) {
            var chosen = choose(request);
            if (chosen == null) {
                return whyNowhere(request);
            }
            chosen.promise(request.demand(), request.stays());
            chosen.starts();
            return new Placement.Placed(new PromisedSlot(chosen, request.demand(), request.stays(), true));
        }
    }

    private Placement whyNowhere(PlacementRequest request) {
        var demand = request.demand();
        var stays = request.stays();
        if (workers.isEmpty()) {
            return new Placement.NoRoom();
        }
        if (workers.values().stream().noneMatch(load -> load.couldEverHold(demand))) {
            return new Placement.NeverFits();
        }
        // Where the share is used up, it does not help that others end.
        boolean timeHelps = workers.values().stream()
                .anyMatch(load -> (!load.hasRoom(demand) || !request.may().test(load.worker()))
                        && (!stays || load.hasShare(demand)));
        return timeHelps ? new Placement.NoRoom() : new Placement.ShareUsedUp();
    }

    /// The workers that are known, by name.
    public List<WorkerFigures> workers() {
        synchronized (workers) {
            return workers.values().stream()
                    .map(WorkerLoad::figures)
                    .sorted(Comparator.comparing(one -> one.worker().value()))
                    .toList();
        }
    }

    public Promised promised(WorkerId worker) {
        synchronized (workers) {
            var load = workers.get(worker);
            return load == null ? new Promised(0, new Bytes(0), 0, new Bytes(0)) : load.promised();
        }
    }

    private @Nullable WorkerLoad choose(PlacementRequest request) {
        var now = clock.instant();
        var spread = new Spread(request, workers);
        WorkerLoad best = null;
        Fitness bestFitness = null;
        for (var load : workers.values()) {
            if (load.hasRoom(request.demand(), request.stays()) && request.may().test(load.worker())) {
                var fitness = Fitness.of(load, request, spread, now);
                if (bestFitness == null || fitness.compareTo(bestFitness) < 0) {
                    best = load;
                    bestFitness = fitness;
                }
            }
        }
        return best;
    }

    /// How well an environment would be placed on a worker: the least of them is taken.
    ///
    /// @param first 0 of a worker that is well
    /// @param second of those that stay how many are there already, of others how crowded it is
    /// @param third of those that stay how crowded it is, of others whether CPU is short
    /// @param fourth of those that stay whether CPU is short, of others how many are there already
    /// @param leftover what is left of the worker, or how loaded it is where CPU is short
    private record Fitness(int first, int second, int third, int fourth, double leftover)
            implements Comparable<Fitness> {
        private static final Comparator<Fitness> ORDER = Comparator.comparingInt(Fitness::first)
                .thenComparingInt(Fitness::second)
                .thenComparingInt(Fitness::third)
                .thenComparingInt(Fitness::fourth)
                .thenComparingDouble(Fitness::leftover);

        static Fitness of(WorkerLoad load, PlacementRequest request, Spread spread, Instant now) {
            int sick = load.isHealthy(now) ? 0 : 1;
            int rank = spread.rank(load);
            boolean hasCpu = load.hasCpu(request.demand());
            int busy = hasCpu ? 0 : 1;
            double leftover = hasCpu ? load.leftover(request.demand()) : load.cpuLoad();
            int crowding = load.crowding();
            return request.stays()
                    ? new Fitness(sick, rank, crowding, busy, leftover)
                    : new Fitness(sick, crowding, busy, rank, leftover);
        }

        @Override
        public int compareTo(Fitness other) {
            return ORDER.compare(this, other);
        }
    }

    private final class PromisedSlot implements Slot {
        private final WorkerLoad load;
        private final Demand demand;
        private final AtomicBoolean stays;
        private final AtomicBoolean closed = new AtomicBoolean();

        /// Guarded by the PlacementService's lock.
        private boolean starting;

        PromisedSlot(WorkerLoad load, Demand demand, boolean stays, boolean starting) {
            this.load = load;
            this.demand = demand;
            this.stays = new AtomicBoolean(stays);
            this.starting = starting;
        }

        private void startEnded() {
            if (starting) {
                starting = false;
                load.startEnded();
            }
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
        public boolean isAway() {
            return load.isAway();
        }

        @Override
        public void succeeded() {
            synchronized (workers) {
                startEnded();
                load.succeeded();
            }
        }

        @Override
        public void failed() {
            synchronized (workers) {
                startEnded();
                load.failed(clock.instant());
            }
        }

        @Override
        public void refused() {
            synchronized (workers) {
                startEnded();
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
                    startEnded();
                    load.giveBack(demand);
                }
            }
        }
    }
}
