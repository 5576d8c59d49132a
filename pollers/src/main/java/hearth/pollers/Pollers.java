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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Has each enabled mapping polled, by what its settings are now. Where several servers share a database, one of them
/// polls: the one that works the queue of events.
///
/// What was taken under a mapping's old settings comes to its end under them: where order matters, before the new ones
/// hold.
public final class Pollers implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Pollers.class.getName());

    /// How long changes are gathered before the mappings are read.
    private static final Duration GATHERING = Duration.ofMillis(50);

    /// After how long it is looked who is to poll.
    private static final Duration LOOK = Duration.ofSeconds(1);

    /// After how many looks the mappings are read even if nobody has told of a change.
    private static final int LOOKS = 30;

    private final MappingStore mappings;
    private final BooleanSupplier worksHere;
    private final Sources sources;
    private final PollerMeter meter;
    private final Duration drain;
    private final Semaphore changes = new Semaphore(1);
    private final Thread thread;

    /// Of the thread, as is all that follows.
    private final Map<EventSourceMappingId, Running> running = new HashMap<>();

    private final List<Ending> endings = new ArrayList<>();

    private int looks = LOOKS;
    private boolean failing;

    /// Makes pollers.
    @FunctionalInterface
    public interface Sources {
        /// @param status shows how it goes
        Poller poller(PolledMapping mapping, Status status);
    }

    private record Running(PolledMapping mapping, Poller poller) {}

    /// @param thread waits for the end of what was taken
    private record Ending(PolledMapping mapping, Poller poller, Thread thread) {
        static Ending begin(Running one, boolean now) {
            var thread = Thread.ofVirtual().name("end of a poller").start(() -> {
                try {
                    one.poller().close(now);
                } catch (InterruptedException e) {
                    LOG.log(Level.DEBUG, "What runs of mapping " + one.mapping() + " comes again", e);
                }
            });
            return new Ending(one.mapping(), one.poller(), thread);
        }
    }

    /// @param worksHere whether it is this server that polls
    /// @param drain how long a stop waits for functions that run
    public Pollers(
            MappingStore mappings, BooleanSupplier worksHere, Sources sources, PollerMeter meter, Duration drain) {
        this.mappings = mappings;
        this.worksHere = worksHere;
        this.sources = sources;
        this.meter = meter;
        this.drain = drain;
        this.thread = Thread.ofVirtual().name("pollers").unstarted(this::run);
    }

    /// Begins to follow the mappings.
    public void begin() {
        mappings.onChange(changes::release);
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                if (changes.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(GATHERING);
                    changes.drainPermits();
                    looks = LOOKS;
                }
                look();
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The pollers stop", e);
        }
    }

    private void look() {
        endings.removeIf(one -> !one.thread().isAlive());
        if (!worksHere.getAsBoolean()) {
            looks = LOOKS;
            running.values().forEach(one -> endings.add(Ending.begin(one, false)));
            running.clear();
            return;
        }
        if (++looks < LOOKS && endings.isEmpty()) {
            return;
        }
        try {
            var wanted = new LinkedHashMap<EventSourceMappingId, MappingRecord>();
            mappings.enabled().forEach(mapping -> wanted.put(mapping.id(), mapping));
            follow(wanted);
            looks = 0;
            failing = false;
        } catch (StoreException | StoreUnavailableException e) {
            LOG.log(
                    failing ? Level.DEBUG : Level.WARNING,
                    "The event source mappings cannot be read now, and are polled as they were: {0}",
                    e.getMessage());
            failing = true;
        } catch (RuntimeException | Error e) {
            meter.defect();
            LOG.log(failing ? Level.DEBUG : Level.ERROR, "The event source mappings met a defect", e);
            failing = true;
        }
    }

    private void follow(Map<EventSourceMappingId, MappingRecord> wanted) {
        running.entrySet().removeIf(entry -> {
            var record = wanted.get(entry.getKey());
            boolean remains = record != null
                    && PolledMapping.of(record).equals(entry.getValue().mapping());
            if (!remains) {
                endings.add(Ending.begin(entry.getValue(), false));
            }
            return !remains;
        });
        var awaited = endings.stream()
                .filter(one -> !one.poller().mayOverlap())
                .map(one -> one.mapping().id())
                .collect(Collectors.toSet());
        wanted.forEach((id, record) -> {
            if (!running.containsKey(id) && !awaited.contains(id)) {
                running.put(id, start(record));
            }
        });
    }

    private Running start(MappingRecord record) {
        var mapping = PolledMapping.of(record);
        var poller = sources.poller(mapping, new Status(mappings, record));
        poller.begin();
        return new Running(mapping, poller);
    }

    /// Takes nothing more, and waits for functions that run, no longer than they may take.
    @Override
    public void close() {
        thread.interrupt();
        Threads.awaitEnd(thread);
        endings.replaceAll(one -> Ending.begin(new Running(one.mapping(), one.poller()), true));
        running.values().forEach(one -> endings.add(Ending.begin(one, true)));
        long until = System.nanoTime() + drain.toNanos();
        endings.forEach(one -> awaitEnd(one.thread(), until));
    }

    private static void awaitEnd(Thread ending, long until) {
        try {
            if (!ending.join(Duration.ofNanos(Math.max(0, until - System.nanoTime())))) {
                ending.interrupt();
            }
        } catch (InterruptedException e) {
            ending.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
