package hearth.pollers.streams;

import hearth.cluster.ClaimLostException;
import hearth.cluster.ShardCheckpoint;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.StreamClaim;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.SourceException;
import hearth.pollers.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Polls a stream for one function: finds its shards, and reads each once its parents are done with.
public final class StreamPoller implements Poller {
    private static final Logger LOG = System.getLogger(StreamPoller.class.getName());
    private static final String LIST = "";

    /// After a shard's end its children may be listed a little later.
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);

    private static final Duration LAST_LOOK = Duration.ofMinutes(1);

    /// Longer than a server that is not to poll takes to know. Only then another poller may be one of the past.
    private static final Duration RECLAIM = Duration.ofSeconds(5);

    private final PolledMapping mapping;
    private final StreamRules rules;
    private final Stream stream;
    private final StreamServices services;
    private final SharedStatus status;
    private final Thread thread;
    private final Semaphore news = new Semaphore(0);
    private final Set<ShardReader> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean closedNow;

    public StreamPoller(PolledMapping mapping, Stream stream, StreamServices services, Status status) {
        this.mapping = mapping;
        this.rules = StreamRules.of(mapping, stream.window());
        this.stream = stream;
        this.services = services;
        this.status = new SharedStatus(status);
        this.thread = Thread.ofVirtual().name("poller of " + mapping).unstarted(this::run);
    }

    @Override
    public void begin() {
        thread.start();
    }

    private void run() {
        var pause = new Pause();
        try {
            while (!closed) {
                try {
                    new Following(services.ownership().claim(services.checkpoints(), mapping.id())).follow();
                    pause.reset();
                    rest(RECLAIM);
                } catch (ClaimLostException e) {
                    LOG.log(Level.DEBUG, "Mapping " + mapping + " is gone", e);
                    rest(RECLAIM);
                } catch (StoreException | StoreUnavailableException e) {
                    LOG.log(Level.DEBUG, "The checkpoints of " + mapping + " cannot be read now", e);
                    rest(pause.next());
                } catch (RuntimeException | Error e) {
                    services.meter().defect();
                    LOG.log(Level.ERROR, "A poller of " + mapping + " met a defect, and goes on", e);
                    rest(pause.next());
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The poller of " + mapping + " ends", e);
        } finally {
            stream.close();
        }
    }

    private void rest(Duration time) throws InterruptedException {
        if (!closed) {
            var _ = news.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// The work of the stream's shards under one claim.
    private final class Following implements ShardReader.Listener {
        private final StreamClaim claim;

        /// Of shards that are read, by their names.
        private final Map<String, ShardReader> reading = new HashMap<>();

        private final Map<String, ShardCheckpoint> checkpoints = new LinkedHashMap<>();
        private final Set<String> finished = ConcurrentHashMap.newKeySet();

        /// Whose end was found when they were first seen: what comes from then on is read.
        private final Set<String> fresh = new HashSet<>();

        private boolean begun;
        private volatile boolean lost;

        Following(StreamClaim claim) {
            this.claim = claim;
            this.begun = claim.begun();
            claim.shards().forEach(this::know);
        }

        private void know(ShardCheckpoint checkpoint) {
            checkpoints.put(checkpoint.shard(), checkpoint);
            if (checkpoint.finished()) {
                finished.add(checkpoint.shard());
            }
        }

        /// Until the poller is closed, or the claim is another's.
        void follow() throws InterruptedException {
            var pause = new Pause();
            var look = FIRST_LOOK;
            int before = -1;
            try {
                while (!closed && !lost) {
                    try {
                        look();
                        status.answers(LIST);
                        pause.reset();
                        look = before == finished.size() ? longer(look) : FIRST_LOOK;
                        before = finished.size();
                        rest(look);
                    } catch (SourceException e) {
                        status.fails(LIST, String.valueOf(e.getMessage()));
                        rest(pause.next());
                    }
                }
            } finally {
                reading.values().forEach(reader -> reader.close(closedNow));
                for (var reader : reading.values()) {
                    reader.awaitEnd();
                }
                readers.removeAll(reading.values());
                status.answers(LIST);
            }
        }

        private static Duration longer(Duration look) {
            var doubled = look.multipliedBy(2);
            return doubled.compareTo(LAST_LOOK) < 0 ? doubled : LAST_LOOK;
        }

        private void look() throws SourceException, InterruptedException {
            var shards = stream.shards();
            if (!begun) {
                beginAll(shards);
            }
            forget(shards);
            shards.forEach(this::startAnewIfYounger);
            for (var shard : ShardTree.readable(shards, Set.copyOf(finished))) {
                if (!reading.containsKey(shard.id())) {
                    start(shard);
                }
            }
        }

        /// A mapping that begins at the end of its stream has nothing of shards that are closed, and all of those that
        /// come later.
        private void beginAll(List<Shard> shards) {
            var first = new ArrayList<ShardCheckpoint>();
            if ("LATEST".equals(String.valueOf(mapping.settings().startingPosition()))) {
                long now = services.clock().millis();
                for (var shard : shards) {
                    if (shard.open()) {
                        fresh.add(shard.id());
                        first.add(ShardCheckpoint.since(shard.id(), now));
                    } else {
                        first.add(ShardCheckpoint.finished(shard.id()));
                    }
                }
            }
            services.checkpoints().begin(claim, first);
            first.forEach(this::know);
            begun = true;
        }

        /// Shards that the stream does not list any more.
        private void forget(List<Shard> shards) {
            var there = shards.stream().map(Shard::id).collect(Collectors.toSet());
            var gone = checkpoints.keySet().stream()
                    .filter(id -> !there.contains(id) && !reading.containsKey(id))
                    .toList();
            if (!gone.isEmpty() && !shards.isEmpty()) {
                services.checkpoints().forget(claim, gone);
                gone.forEach(checkpoints::remove);
                gone.forEach(finished::remove);
            }
        }

        /// A shard whose first record is younger than the checkpoint is one of another stream, which was made under
        /// the name of one that is gone.
        private void startAnewIfYounger(Shard shard) {
            var known = checkpoints.get(shard.id());
            if (known == null || reading.containsKey(shard.id()) || !isBefore(known.after(), shard.first())) {
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "{0} of mapping {1} is another shard than the one that was read: it is read from its beginning",
                    shard.id(),
                    mapping);
            finished.remove(shard.id());
            checkpoints.put(shard.id(), ShardCheckpoint.beginning(shard.id()));
        }

        private static boolean isBefore(String number, String other) {
            try {
                return !number.isEmpty()
                        && !other.isEmpty()
                        && new BigInteger(number).compareTo(new BigInteger(other)) < 0;
            } catch (NumberFormatException e) {
                return false;
            }
        }

        private void start(Shard shard) {
            var known = checkpoints.get(shard.id());
            var from = known == null ? ShardCheckpoint.beginning(shard.id()) : known;
            var scope = new ShardScope(mapping, rules, stream, services, status, shard);
            var reader = new ShardReader(scope, from, position(shard, known), claim, this);
            checkpoints.put(shard.id(), from);
            reading.put(shard.id(), reader);
            readers.add(reader);
            reader.begin();
            if (closed) {
                reader.close(closedNow);
            }
        }

        private Position position(Shard shard, @Nullable ShardCheckpoint known) {
            if (known != null && known.since() > 0) {
                return fresh.contains(shard.id())
                        ? new Position.Latest()
                        : new Position.AtTime(Instant.ofEpochMilli(known.since()));
            }
            var settings = mapping.settings();
            return "AT_TIMESTAMP".equals(String.valueOf(settings.startingPosition()))
                    ? new Position.AtTime(Objects.requireNonNull(settings.startingPositionTimestamp()))
                    : new Position.TrimHorizon();
        }

        @Override
        public void finished(String shard) {
            finished.add(shard);
            news.release();
        }

        @Override
        public void lost() {
            lost = true;
            news.release();
        }
    }

    @Override
    public void close(boolean now) throws InterruptedException {
        closedNow |= now;
        closed = true;
        news.release();
        if (now) {
            // It lists shards, or waits.
            thread.interrupt();
        }
        readers.forEach(reader -> reader.close(now));
        thread.join();
        for (var reader : readers) {
            reader.awaitEnd();
        }
    }

    /// What both read would be out of order.
    @Override
    public boolean mayOverlap() {
        return false;
    }
}
