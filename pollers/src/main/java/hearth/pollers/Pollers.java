package hearth.pollers;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.model.EventSourceMappingId;
import hearth.model.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Has each enabled mapping polled that is this server's, by what its settings are now. Where several servers share a
/// database, they share the mappings out.
///
/// What was taken under a mapping's old settings comes to its end under them: where order matters, before the new ones
/// hold.
public final class Pollers implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Pollers.class.getName());

    /// How long changes are gathered before the mappings are read.
    private static final Duration GATHERING = Duration.ofMillis(50);

    /// How often a server that stops renews its leases, while its functions come to their end.
    private static final Duration STAY = Duration.ofSeconds(1);

    /// After how long it is looked who is to poll.
    private static final Duration LOOK = Duration.ofMillis(500);

    /// After how many looks the mappings are read even if nobody has told of a change.
    private static final int LOOKS = 60;

    private final MappingStore mappings;
    private final BooleanSupplier worksHere;
    private final Ownership ownership;
    private final Sources sources;
    private final PollerMeter meter;
    private final Duration drain;
    private final Semaphore changes = new Semaphore(1);
    private final Thread thread;

    /// Of the thread, as is all that follows.
    private final Map<EventSourceMappingId, Running> running = new HashMap<>();

    private final List<Ending> endings = new ArrayList<>();

    /// Those that cannot be polled as they are, which the log has told of.
    private final Set<EventSourceMappingId> defective = new HashSet<>();

    private int looks = LOOKS;
    private boolean rested;
    private boolean failing;

    private volatile boolean closed;

    /// Makes pollers.
    @FunctionalInterface
    public interface Sources {
        /// @param status shows how it goes
        Poller poller(PolledMapping mapping, Status status);
    }

    private record Running(PolledMapping mapping, Poller poller, Status status) {}

    /// @param thread waits for the end of what was taken
    private record Ending(PolledMapping mapping, Poller poller, Thread thread) {
        static Ending begin(Running one, boolean now) {
            return begin(one.mapping(), one.poller(), now);
        }

        static Ending begin(PolledMapping mapping, Poller poller, boolean now) {
            var thread = Thread.ofVirtual().name("end of a poller").start(() -> {
                try {
                    poller.close(now);
                } catch (InterruptedException e) {
                    LOG.log(Level.DEBUG, "What runs of mapping " + mapping + " comes again", e);
                }
            });
            return new Ending(mapping, poller, thread);
        }

        Ending hurried() {
            return begin(mapping, poller, true);
        }
    }

    /// @param worksHere whether this server is to poll at all
    /// @param ownership which of the mappings are this server's
    /// @param drain how long a stop waits for functions that run
    public Pollers(
            MappingStore mappings,
            BooleanSupplier worksHere,
            Ownership ownership,
            Sources sources,
            PollerMeter meter,
            Duration drain) {
        this.mappings = mappings;
        this.worksHere = worksHere;
        this.ownership = ownership;
        this.sources = sources;
        this.meter = meter;
        this.drain = drain;
        this.thread = Thread.ofVirtual().name("pollers").unstarted(this::run);
    }

    /// Begins to follow the mappings.
    public void begin() {
        mappings.onChange(changes::release);
        ownership.onChange(changes::release);
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                if (changes.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(GATHERING);
                    changes.drainPermits();
                    looks = LOOKS;
                }
                guardedLook();
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The pollers stop", e);
        }
    }

    private void guardedLook() {
        try {
            look();
            failing = false;
        } catch (StoreException | StoreUnavailableException e) {
            LOG.log(
                    failing ? Level.DEBUG : Level.WARNING,
                    "The event source mappings cannot be read now, and are polled as they were: {0}",
                    e.getMessage());
            failing = true;
            endUnheld();
        } catch (RuntimeException | Error e) {
            meter.defect();
            LOG.log(failing ? Level.DEBUG : Level.ERROR, "The event source mappings met a defect", e);
            failing = true;
        }
    }

    private void look() {
        boolean ended = endings.removeIf(one -> !one.thread().isAlive());
        boolean rests = !worksHere.getAsBoolean();
        boolean moved = ownership.renew(rests) || rests != rested || ended;
        rested = rests;
        if (!moved && ++looks < LOOKS && endings.isEmpty()) {
            return;
        }
        var wanted = new LinkedHashMap<EventSourceMappingId, MappingRecord>();
        mappings.enabled().forEach(mapping -> wanted.put(mapping.id(), mapping));
        var own = ownership.share(Set.copyOf(wanted.keySet()), busy());
        wanted.keySet().removeIf(id -> rests || !own.contains(id));
        follow(wanted);
        looks = 0;
    }

    /// What others must not poll yet.
    private Set<EventSourceMappingId> busy() {
        var busy = new HashSet<>(running.keySet());
        endings.stream()
                .filter(one -> !one.poller().mayOverlap())
                .forEach(one -> busy.add(one.mapping().id()));
        return busy;
    }

    /// Of what may be another server's nothing more is taken.
    private void endUnheld() {
        running.entrySet().removeIf(entry -> {
            boolean held = ownership.isHeld(entry.getKey());
            if (!held) {
                endings.add(Ending.begin(entry.getValue(), false));
            }
            return !held;
        });
    }

    private void follow(Map<EventSourceMappingId, MappingRecord> wanted) {
        defective.retainAll(wanted.keySet());
        var polled = new LinkedHashMap<EventSourceMappingId, PolledMapping>();
        wanted.forEach((id, record) -> guarded(id, () -> polled.put(id, PolledMapping.of(record))));
        running.entrySet().removeIf(entry -> {
            var one = entry.getValue();
            boolean remains = one.mapping().equals(polled.get(entry.getKey()));
            if (!remains) {
                endings.add(Ending.begin(one, false));
            } else {
                one.status().shows(Objects.requireNonNull(wanted.get(entry.getKey())));
            }
            return !remains;
        });
        var awaited = endings.stream()
                .filter(one -> !one.poller().mayOverlap())
                .map(one -> one.mapping().id())
                .collect(Collectors.toSet());
        polled.forEach((id, mapping) -> {
            if (!running.containsKey(id) && !awaited.contains(id)) {
                guarded(id, () -> {
                    running.put(id, start(mapping, Objects.requireNonNull(wanted.get(id))));
                    defective.remove(id);
                });
            }
        });
    }

    /// What is wrong with one mapping keeps no other from being polled.
    private void guarded(EventSourceMappingId id, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            meter.defect();
            LOG.log(
                    defective.add(id) ? Level.ERROR : Level.DEBUG,
                    "Event source mapping " + id.uuid() + " met a defect, and is not polled",
                    e);
        }
    }

    private Running start(PolledMapping mapping, MappingRecord record) {
        var status = new Status(mappings, record);
        var poller = sources.poller(mapping, status);
        poller.begin();
        return new Running(mapping, poller, status);
    }

    /// Takes nothing more, and waits for functions that run, no longer than they may take.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        Threads.awaitEnd(thread);
        endings.replaceAll(Ending::hurried);
        running.values().forEach(one -> endings.add(Ending.begin(one, true)));
        long until = System.nanoTime() + drain.toNanos();
        endings.forEach(one -> awaitEnd(one.thread(), until));
        ownership.leave();
    }

    /// Functions that run still have their sources: nobody else is to take these meanwhile.
    private void stay() {
        try {
            var _ = ownership.renew(true);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "The leases of event sources could not be renewed at the end", e);
        }
    }

    private void awaitEnd(Thread ending, long until) {
        try {
            long left = until - System.nanoTime();
            while (!ending.join(Duration.ofNanos(Math.clamp(left, 0, STAY.toNanos()))) && left > 0) {
                stay();
                left = until - System.nanoTime();
            }
            if (ending.isAlive()) {
                ending.interrupt();
            }
        } catch (InterruptedException e) {
            ending.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
