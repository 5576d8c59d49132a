package hearth.members;

import hearth.cluster.MemberRecord;
import hearth.cluster.MemberRecord.State;
import hearth.cluster.MemberStore;
import hearth.invoke.shards.ShardHost;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.Versions;
import hearth.members.ClusterNode.Parts;
import hearth.members.Members.Standing;
import hearth.members.PatientStore.StoreAwayException;
import hearth.model.worker.MemberId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The lives of a member in its cluster, one after the other: each registers, joins or founds, says that it is
/// there, and ends when the member leaves or was taken out.
final class Membership {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());

    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /// How long a life may take to end, when it is left and when it is given up.
    private static final Duration LEAVE = Duration.ofSeconds(20);

    private static final Duration END = Duration.ofSeconds(8);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /// How many beats find a later cluster, before this member goes there.
    private static final int SURE = 3;

    private final MembersConfig config;
    private final Timing timing;
    private final MemberCertificate certificate;
    private final PatientStore store;
    private final RandomGenerator random;
    private final MemberId id;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ShardHost host;

    private volatile @Nullable ClusterNode node;
    private volatile boolean leaving;
    private volatile boolean closed;
    private volatile @Nullable Thread running;

    /// All that follow are used by the running thread alone. Addresses of members that were up when they were last
    /// heard of, for when the database is away.
    private Set<String> known = Set.of();

    private long generation;
    private Duration pause = FIRST_PAUSE;
    private boolean told;

    /// Why it cannot be of the cluster as this is now; null while it can. For any thread.
    private volatile @Nullable String refusal;

    Membership(
            MembersConfig config,
            Timing timing,
            MemberCertificate certificate,
            PatientStore store,
            RandomGenerator random) {
        this.config = config;
        this.timing = timing;
        this.certificate = certificate;
        this.store = store;
        this.random = random;
        this.id = new MemberId(certificate.name());
    }

    void host(ShardHost shardHost) {
        host = shardHost;
    }

    MemberId id() {
        return id;
    }

    @Nullable
    ClusterNode node() {
        return node;
    }

    Standing standing() {
        var life = node;
        if (leaving || closed) {
            return Standing.LEAVING;
        } else if (life == null || !life.isUp()) {
            return Standing.JOINING;
        }
        return System.nanoTime() - life.certainUntil() < 0 ? Standing.UP : Standing.UNCERTAIN;
    }

    /// Why it cannot be of the cluster as this is now; empty while it can.
    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    void run() {
        running = Thread.currentThread();
        try {
            while (!leaving && !closed) {
                try {
                    live();
                } catch (RuntimeException | Error e) {
                    LOG.log(Level.ERROR, "This member of the cluster failed, and joins again", e);
                }
                if (!leaving && !closed) {
                    pause(pause);
                    pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
                }
            }
        } finally {
            ended.countDown();
        }
    }

    private void live() {
        var hosting = host;
        if (hosting == null) {
            throw new IllegalStateException("Nobody hosts the shards");
        }
        long incarnation = random.nextLong();
        generation = 0;
        var life = new ClusterNode(
                new Parts(id, incarnation, config, timing, certificate, store, hosting),
                now -> hosting.membersChanged(now.view().up()));
        node = life;
        if (leaving) {
            // Who told it to leave may have come before there was a life to tell.
            life.leave();
        }
        try {
            if (new Arrival(life, incarnation).arrive()) {
                pause = FIRST_PAUSE;
                stay(life, incarnation);
            }
        } finally {
            if (!life.isEnded() && !leaving) {
                life.abandon();
            }
            awaitEnd(life);
            life.shards().takenAll();
            node = null;
            if (leaving) {
                sayGone(incarnation);
            } else {
                hosting.parted();
            }
        }
    }

    private void sayGone(long incarnation) {
        try {
            var _ = store.answer(members -> members.beat(id.value(), incarnation, State.LEFT, generation), PATIENCE);
        } catch (StoreAwayException e) {
            away(e);
        }
    }

    /// The next life needs its port.
    private void awaitEnd(ClusterNode life) {
        boolean over = false;
        do {
            try {
                over = life.awaitEnd(leaving ? LEAVE : END);
                if (!over) {
                    LOG.log(Level.WARNING, "What this member has of the cluster takes long to end");
                    LOG.log(Level.DEBUG, life::remains);
                    life.abandon();
                    life.cutConnections();
                }
            } catch (InterruptedException e) {
                over = closed;
            }
        } while (!over && !closed);
    }

    /// Says that it is there, until this life is over.
    private void stay(ClusterNode life, long incarnation) {
        int later = 0;
        while (!life.isEnded() && !leaving && !closed) {
            try {
                boolean ours =
                        store.answer(members -> members.beat(id.value(), incarnation, State.UP, generation), PATIENCE);
                if (!ours) {
                    LOG.log(
                            Level.WARNING,
                            "The other members go on without this one, or another process has its name; it joins again");
                    return;
                }
                var all = store.answer(MemberStore::all, PATIENCE);
                later = look(life, all) ? later + 1 : 0;
                if (later >= SURE) {
                    LOG.log(Level.WARNING, "Members that this one did not see have founded a cluster; it joins them");
                    return;
                }
                available();
            } catch (StoreAwayException e) {
                away(e);
            }
            pause(BEAT);
        }
        if (!leaving && !closed) {
            LOG.log(Level.WARNING, "This member was taken out of the cluster, and joins again");
        }
    }

    /// @return whether there is a later cluster beside this one
    private boolean look(ClusterNode life, List<MemberRecord> all) {
        var ours = life.view().members().stream().map(MemberView::address).collect(Collectors.toSet());
        known = all.stream()
                .filter(each -> each.state() == State.UP && !each.name().equals(id.value()))
                .map(MemberRecord::address)
                .collect(Collectors.toSet());
        generation = Math.max(
                generation,
                all.stream()
                        .filter(each -> each.state() == State.UP && ours.contains(each.address()))
                        .mapToLong(MemberRecord::generation)
                        .max()
                        .orElse(0));
        return all.stream()
                .anyMatch(each -> each.state() == State.UP
                        && each.silence().compareTo(MemberStore.ALIVE) < 0
                        && each.generation() > generation
                        && !ours.contains(each.address()));
    }

    private void away(StoreAwayException e) {
        if (!told) {
            told = true;
            LOG.log(
                    Level.WARNING,
                    "The database does not answer: {0}. The cluster goes on as it is until it does",
                    e.getMessage());
        }
    }

    private void available() {
        if (told) {
            told = false;
            LOG.log(Level.INFO, "The database answers again");
        }
    }

    /// The way of one life into a cluster.
    private final class Arrival {
        /// How long those may be silent that were up, before they count as gone: they have been asked to let this one
        /// join for as long.
        private static final Duration SILENT = Duration.ofSeconds(10);

        private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

        private final ClusterNode life;
        private final long incarnation;
        private long silentSince = System.nanoTime();
        private Set<String> asked = Set.of();
        private long askedAt;
        private boolean registered;

        Arrival(ClusterNode life, long incarnation) {
            this.life = life;
            this.incarnation = incarnation;
        }

        boolean arrive() {
            while (!life.isUp()) {
                if (life.isEnded() || leaving || closed) {
                    return false;
                }
                try {
                    look();
                    available();
                } catch (StoreAwayException e) {
                    away(e);
                    silentSince = System.nanoTime();
                    ask(known);
                }
                pause(PAUSE);
            }
            LOG.log(Level.INFO, "This process, {0}, is a member of the cluster", id);
            return true;
        }

        private void look() throws StoreAwayException {
            if (!register()) {
                return;
            }
            var up = store.answer(MemberStore::all, PATIENCE).stream()
                    .filter(each -> each.state() == State.UP && !each.name().equals(id.value()))
                    .toList();
            if (isRefused(up)) {
                silentSince = System.nanoTime();
                return;
            }
            if (up.stream().anyMatch(each -> each.silence().compareTo(MemberStore.ALIVE) < 0)) {
                silentSince = System.nanoTime();
            }
            ask(up.stream()
                    .filter(each -> knows(each.protocol()))
                    .map(MemberRecord::address)
                    .collect(Collectors.toSet()));
            boolean silent = System.nanoTime() - silentSince > SILENT.toNanos();
            if (up.isEmpty() || silent) {
                found(silent);
            }
        }

        /// Whether a member is there that speaks no version of the protocol that this one does.
        private boolean isRefused(List<MemberRecord> up) {
            var stranger = up.stream()
                    .filter(each -> each.silence().compareTo(MemberStore.ALIVE) < 0 && !knows(each.protocol()))
                    .findFirst();
            var why = stranger.map(each ->
                            "%s speaks %s of the protocol, and this process %s: bring both to the same release of Hearth, or to neighbouring ones"
                                    .formatted(each.name(), Versions.parse(each.protocol()), config.speaks()))
                    .orElse(null);
            if (why != null && !why.equals(refusal)) {
                LOG.log(Level.ERROR, "This process is kept from the cluster: {0}", why);
            }
            refusal = why;
            return why != null;
        }

        private boolean knows(String protocol) {
            return config.speaks().common(Versions.parse(protocol)).isPresent();
        }

        private boolean register() throws StoreAwayException {
            if (registered) {
                var _ = store.answer(members -> members.beat(id.value(), incarnation, State.JOINING, 0), PATIENCE);
                return true;
            }
            Optional<MemberRecord> other = store.answer(members -> members.register(record()), PATIENCE);
            registered = other.isEmpty();
            other.ifPresent(each ->
                    LOG.log(Level.WARNING, "The process at {0} has the name {1}; this one waits", each.address(), id));
            return registered;
        }

        private MemberRecord record() {
            return new MemberRecord(
                    id.value(),
                    incarnation,
                    State.JOINING,
                    0,
                    config.address().toString(),
                    config.workers(),
                    config.api(),
                    config.zone(),
                    config.roles(),
                    config.version(),
                    config.speaks().said(),
                    Duration.ZERO);
        }

        private void ask(Set<String> addresses) {
            if (addresses.isEmpty() || (addresses.equals(asked) && System.nanoTime() - askedAt < ASK_AGAIN.toNanos())) {
                return;
            }
            asked = addresses;
            askedAt = System.nanoTime();
            life.join(addresses);
        }

        private void found(boolean evenIfSilent) throws StoreAwayException {
            var founded = store.answer(members -> members.found(id.value(), incarnation, evenIfSilent), PATIENCE);
            if (founded.isPresent()) {
                generation = founded.get();
                LOG.log(Level.INFO, "This process, {0}, founds the cluster", id);
                life.found();
                while (!life.isUp() && !life.isEnded() && !closed) {
                    pause(PAUSE);
                }
            }
        }
    }

    boolean leave(Duration patience) {
        leaving = true;
        var life = node;
        if (life != null) {
            life.leave();
        }
        wake();
        try {
            return ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void close() {
        closed = true;
        wake();
    }

    private void wake() {
        var thread = running;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    private static void pause(Duration length) {
        LockSupport.parkNanos(length.toNanos());
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
