package hearth.server;

import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.cluster.Store;
import hearth.invoke.InvokeServices;
import hearth.invoke.Membership;
import hearth.invoke.counting.sharded.CountingConfig;
import hearth.invoke.shards.ClusterCounting;
import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.MemberAddress;
import hearth.link.message.Versions;
import hearth.members.HostAndPort;
import hearth.members.MemberView;
import hearth.members.Members;
import hearth.members.MembersConfig;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// This process as a member of a cluster: with the others it shares the functions out, and counts what runs. Nothing of
/// it is loaded in a process that is alone.
final class ClusterPlane implements ClusterView, ShardHost, ShardTransport, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClusterPlane.class.getName());

    /// How long handing over to the others may take at the end. It takes less than three seconds when they are there.
    private static final Duration LEAVING = Duration.ofSeconds(10);

    /// How long a start waits for the other members at most; it takes about three seconds.
    static final Duration JOINING_TIME = Duration.ofSeconds(20);

    /// How often a member that is to leave looks whether anything runs still.
    private static final Duration GLANCE = Duration.ofMillis(20);

    /// How long most members may not answer before load balancers are sent elsewhere: when one of two is killed, the
    /// other needs some of it to go on alone, and nobody else is there meanwhile.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ServerConfig config;
    private final MemberCertificate certificate;
    private final RandomGenerator random;
    private final MemberId self;

    private final ClusterCounting counting;
    private final List<Consumer<List<MemberAddress>>> followers = new CopyOnWriteArrayList<>();
    /// Members that were on their way out when the cluster was looked at last.
    private final Set<MemberId> leaving = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Members members;
    private volatile @Nullable Joining joining;
    private volatile boolean drained;
    private volatile boolean closed;
    /// Held while this process joins or leaves.
    private final ReentrantLock moving = new ReentrantLock();

    /// What it joins with.
    ///
    /// @param services what this process does for the shards that it will own
    /// @param workersPort where workers join it
    /// @param api the URL of the API here
    private record Joining(Store store, InvokeServices services, int workersPort, String api) {}

    ClusterPlane(ServerConfig config, MemberCertificate certificate, RandomGenerator random) {
        this.config = config;
        this.certificate = certificate;
        this.random = random;
        self = new MemberId(certificate.name());
        counting = new ClusterCounting(
                self,
                CountingConfig.DEFAULT.withLongestTimeout(config.limits().timeout()),
                config.limits().concurrentExecutions(),
                _ -> certainUntil(),
                this,
                System::nanoTime,
                random);
    }

    MemberId self() {
        return self;
    }

    /// The name of the worker of this process, if it has one.
    WorkerId worker() {
        return new WorkerId(self.value());
    }

    ClusterCounting counting() {
        return counting;
    }

    /// What the services of this process are made with.
    Membership membership(Store store) {
        return new Membership(
                self, this, counting, () -> store.functions().settings(Setting.PROVISIONED_CONCURRENCY).stream()
                        .map(Qualified::function)
                        .distinct()
                        .toList());
    }

    /// Has somebody told where workers join the members, whenever there are others. It must not block.
    void onChange(Consumer<List<MemberAddress>> follower) {
        followers.add(follower);
    }

    /// Begins to join the others, and goes on with it for good.
    ///
    /// @param services what this process does for the shards that it will own
    /// @param workersPort where workers join it
    /// @param api the URL of the API here
    void join(Store store, InvokeServices services, int workersPort, String api) {
        var with = new Joining(store, services, workersPort, api);
        joining = with;
        moving.lock();
        try {
            if (!drained) {
                join(with);
            }
        } finally {
            moving.unlock();
        }
    }

    private void join(Joining with) {
        var listen = config.cluster().listen().orElseThrow();
        var here = new HostAndPort(listen.host(), listen.port());
        var workers =
                new HostAndPort(config.cluster().workersListen().orElseThrow().host(), with.workersPort());
        var joined = Members.of(
                new MembersConfig(
                        here,
                        here,
                        workers.toString(),
                        with.api(),
                        config.cluster().zone(),
                        config.roles().stream()
                                .map(role -> role.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.toSet()),
                        Hearth.VERSION,
                        Versions.OURS),
                certificate,
                with.store().members(),
                random);
        members = joined;
        joined.start(this);
    }

    /// Waits until it is a member, for so long at most: whoever is told that the server is ready may invoke at once.
    void awaitMembership(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!drained && obstacle().isPresent()) {
            if (System.nanoTime() - deadline >= 0) {
                LOG.log(Level.WARNING, "Joining the cluster takes long; until then no function runs by this process");
                return;
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
    }

    /// This host is to be given nothing more, or again. Does not block.
    ///
    /// @param senders of invocations to this process
    void drain(boolean wanted, CallersDeparture.Senders senders) {
        drained = wanted;
        var departure = new CallersDeparture(
                senders, counting::running, System::nanoTime, () -> LockSupport.parkNanos(GLANCE.toNanos()));
        var _ = Thread.ofVirtual().name("drain").start(() -> follow(departure));
    }

    private void follow(CallersDeparture departure) {
        moving.lock();
        try {
            var with = joining;
            if (closed || with == null) {
                return;
            }
            if (drained) {
                if (departure.await(() -> drained && !closed)) {
                    leave();
                }
            } else if (members == null) {
                join(with);
                departure.letIn();
            }
        } finally {
            moving.unlock();
        }
    }

    /// Begins to look after what time alone changes, until it is closed.
    AutoCloseable sweeps() {
        var clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("counting").daemon().factory());
        var _ = clock.scheduleWithFixedDelay(this::sweep, 0, ClusterCounting.SWEEPS.toMillis(), TimeUnit.MILLISECONDS);
        return clock::shutdownNow;
    }

    private void sweep() {
        try {
            counting.sweep();
        } catch (RuntimeException | Error e) {
            // A task that throws is not run again.
            LOG.log(Level.ERROR, "What is counted could not be looked after", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        moving.lock();
        try {
            leave();
        } finally {
            moving.unlock();
        }
    }

    /// Gives what is held of accounts back, and the shards to other members.
    private void leave() {
        var joined = members;
        if (joined == null) {
            return;
        }
        counting.leave();
        if (!joined.leave(LEAVING)) {
            LOG.log(Level.WARNING, "The cluster was left without a word: the other members will notice");
        }
        joined.close();
        members = null;
    }

    private long certainUntil() {
        var joined = members;
        return joined == null ? System.nanoTime() - 1 : joined.certainUntil();
    }

    // What is sent

    @Override
    public void toShard(ShardRequest request) {
        var joined = members;
        if (joined != null) {
            joined.toShard(request);
        }
    }

    @Override
    public void toMember(MemberId member, ShardAnswer answer) {
        var joined = members;
        if (joined != null) {
            joined.toMember(member, answer);
        }
    }

    // What is heard

    @Override
    public void begin(ShardId shard) {
        counting.begin(shard);
        host().begin(shard);
    }

    @Override
    public void end(ShardId shard) {
        host().end(shard);
        counting.end(shard);
    }

    @Override
    public void received(ShardRequest request) {
        guarded(() -> {
            if (request instanceof ShardRequest.LedgerHoldings holdings) {
                counting.received(holdings);
            } else {
                host().received(request);
            }
        });
    }

    @Override
    public void received(ShardAnswer answer) {
        guarded(() -> {
            if (answer instanceof ShardAnswer.FromLedger told) {
                counting.received(told);
            } else {
                host().received(answer);
            }
        });
    }

    /// What throws is said again by whoever sent it, and is no reason to begin the shard anew.
    private static void guarded(Runnable hearing) {
        try {
            hearing.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A message of another member met a defect", e);
        }
    }

    @Override
    public void parted() {
        counting.parted();
        host().parted();
    }

    @Override
    public void membersChanged(Set<MemberId> up) {
        var now = view();
        counting.membersChanged(up);
        noteLeaving(now);
        host().membersChanged(up);
        var addresses = addresses();
        followers.forEach(follower -> follower.accept(addresses));
    }

    /// Of one that was leaving and is out now, nothing is held any more.
    private void noteLeaving(List<MemberView> now) {
        var there = now.stream().map(MemberView::id).collect(Collectors.toSet());
        leaving.removeIf(member -> {
            boolean left = !there.contains(member);
            if (left) {
                counting.left(member);
            }
            return left;
        });
        now.stream()
                .filter(member -> member.state() == MemberView.State.LEAVING)
                .map(MemberView::id)
                .forEach(leaving::add);
    }

    private ShardHost host() {
        var with = joining;
        if (with == null) {
            throw new IllegalStateException("The services have not started");
        }
        return with.services().shards();
    }

    /// Where workers join each member.
    List<MemberAddress> addresses() {
        var found = new ArrayList<MemberAddress>();
        for (var member : view()) {
            if (!member.workers().isEmpty()) {
                var address = HostAndPort.parse(member.workers());
                found.add(new MemberAddress(member.id(), address.host(), address.port()));
            }
        }
        return found;
    }

    private List<MemberView> view() {
        var joined = members;
        return joined == null ? List.of() : joined.view().members();
    }

    // What operators see

    @Override
    public Optional<String> obstacle() {
        var joined = members;
        if (joined == null) {
            return Optional.of(drained ? "the host is being drained" : "the server is starting");
        }
        return switch (joined.standing()) {
            case UP -> Optional.empty();
            case JOINING -> Optional.of(joined.refusal().orElse("it is joining the cluster"));
            case UNCERTAIN ->
                System.nanoTime() - joined.certainUntil() < PATIENCE.toNanos()
                        ? Optional.empty()
                        : Optional.of("most members of the cluster do not answer");
            case LEAVING -> Optional.of(drained ? "the host is being drained" : "it is leaving the cluster");
        };
    }

    @Override
    public List<Integer> shards() {
        var joined = members;
        return joined == null
                ? List.of()
                : IntStream.range(0, ShardId.COUNT)
                        .filter(number -> joined.owns(new ShardId(number)))
                        .boxed()
                        .toList();
    }

    @Override
    public List<WorkerView> workers() {
        var with = joining;
        return with == null
                ? List.of()
                : with.services().placement().workers().stream()
                        .map(worker -> new WorkerView(
                                worker.worker().value(),
                                worker.zone(),
                                worker.capacity().slots(),
                                worker.taken().environments(),
                                worker.taken().starting(),
                                worker.capacity().memory(),
                                worker.taken().memory(),
                                worker.draining()))
                        .toList();
    }
}
