package hearth.worker;

import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.MemberId;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardId;
import hearth.model.worker.SharedWorker;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import hearth.worker.code.CodeCache;
import hearth.worker.environment.Defects;
import hearth.worker.environment.EnvironmentHost;
import hearth.worker.environment.EnvironmentSettings;
import hearth.worker.environment.ExecutionEnvironment;
import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogLimits;
import hearth.worker.logs.LogWriter;
import hearth.worker.pool.PoolCounts;
import hearth.worker.pool.RuntimePool;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxFactory;
import io.netty.channel.IoEventLoopGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The worker of this host: runs execution environments, each on one of its event loops.
///
/// Knows its environments by id, and nothing else about them: what they may do next is theirs to decide. It may serve
/// several members, each by a link of its own (`from`); a process that is alone sends its commands here.
public final class LocalWorker implements WorkerLink, SharedWorker, AutoCloseable {
    private static final long REPORTS = Duration.ofSeconds(1).toNanos();

    private final WorkerConfig config;
    private final IoEventLoopGroup loops;
    private final SandboxThreads threads;
    private final LogWriter logs;
    private final RuntimePool pool;
    private final FreeMemory memory;
    private final Defects defects = new Defects();
    private final EnvironmentHost host;
    private final ExpectedFunctions expected;
    private final HostedEnvironments environments = new HostedEnvironments();
    private final ShardOwners owners;
    private final Reports reports;
    /// All that were ever heard of.
    private final Map<MemberId, Member> members = new ConcurrentHashMap<>();
    /// The process itself, if it is alone.
    private final Member alone;
    private volatile boolean closing;
    /// Guarded by `members`.
    private @Nullable Future<?> reporting;

    /// @param loops of Netty's epoll transport; stays the caller's
    /// @param sandboxes stays the caller's, as does the code cache: to be closed after the worker
    public LocalWorker(
            WorkerConfig config,
            IoEventLoopGroup loops,
            SandboxFactory sandboxes,
            Runtimes runtimes,
            CodeCache code,
            InstantSource clock) {
        this.config = config;
        this.loops = loops;
        this.threads = SandboxThreads.of(sandboxes.kind());
        this.owners = new ShardOwners(config.id());
        this.alone = new Member(MemberId.ALONE, config.id());
        this.logs = LogWriter.start(new LogDirectory(config.logs()), LogLimits.DEFAULT, config.memory());
        this.memory = new FreeMemory(Path.of("/proc/meminfo"), threads.removals(), System::nanoTime, this::report);
        // Begins with the time of day, so that it grows over restarts.
        this.reports = new Reports(config.capacity(), memory, owners, sandboxes::overhead, clock.millis());
        this.pool = RuntimePool.start(config.pool(), sandboxes, System::nanoTime);
        this.host = new EnvironmentHost(
                runtimes,
                code,
                sandboxes,
                pool,
                logs,
                threads.preparations(),
                threads.starts(),
                threads.removals(),
                clock,
                defects,
                new EnvironmentSettings(
                        config.freezeDelay(),
                        config.initLimit(),
                        config.reach(),
                        config.credentials(),
                        config.streamPace(),
                        config.memory()));
        this.expected = new ExpectedFunctions(host, pool, threads.preparations());
    }

    /// The process is alone, and looks after all environments: says where it hears of them, before the first command.
    /// The first report comes at once.
    public void connect(WorkerEvents events) {
        for (int i = 0; i < ShardId.COUNT; i++) {
            var _ = owners.takeUp(new ShardId(i), alone, Long.MIN_VALUE);
        }
        hears(alone, events);
    }

    @Override
    public WorkerLink from(MemberId id, WorkerEvents events) {
        var member = id.equals(MemberId.ALONE) ? alone : members.computeIfAbsent(id, _ -> new Member(id, worker()));
        hears(member, events);
        return new WorkerLink() {
            @Override
            public WorkerId worker() {
                return config.id();
            }

            @Override
            public void send(WorkerCommand command) {
                LocalWorker.this.send(member, command);
            }
        };
    }

    private void hears(Member member, WorkerEvents events) {
        member.hears(events);
        synchronized (members) {
            members.put(member.id(), member);
            if (reporting == null) {
                reporting = loops.next().scheduleAtFixedRate(this::reportAgain, REPORTS, REPORTS, TimeUnit.NANOSECONDS);
            }
        }
        report(List.of(member));
    }

    @Override
    public void parted(MemberId id) {
        var member = members.get(id);
        if (member != null) {
            member.parted();
        }
    }

    /// Netty never runs a task again that threw, and a worker that reports no more counts as gone.
    private void reportAgain() {
        try {
            report();
        } catch (RuntimeException | Error e) {
            defects.met("The worker could not report", e);
        }
    }

    private void report() {
        report(members.values().stream().filter(Member::listens).toList());
    }

    private void report(List<Member> to) {
        long number = reports.nextNumber();
        var sent = members.values().stream().flatMap(Member::sent).toList();
        reports.tell(number, environments.all(), sent, to);
    }

    @Override
    public WorkerId worker() {
        return config.id();
    }

    @Override
    public void send(WorkerCommand command) {
        send(alone, command);
    }

    private void send(Member from, WorkerCommand command) {
        switch (command) {
            case WorkerCommand.Invoke(var reservation, var invocation) -> invoke(from, reservation, invocation);
            case WorkerCommand.Credit(var id, var requestId, var pieces) -> {
                var hosted = environments.find(id);
                if (hosted != null) {
                    hosted.environment().credit(requestId, pieces);
                }
            }
            case WorkerCommand.Start(var spec) -> start(from, spec);
            case WorkerCommand.Retire(var id) -> retire(from, id);
            case WorkerCommand.Expect(var function) -> expected.expect(function);
            case WorkerCommand.TakeUp(var shard, var epoch) -> takeUp(from, shard, epoch);
            case WorkerCommand.MakeRoom(var wanted) -> {
                if (owners.hasAny(from)) {
                    environments.makeRoom(wanted);
                }
            }
        }
    }

    /// What is promised is more than there is, so this looks at what there is. A command that came twice starts
    /// nothing.
    private void start(Member from, EnvironmentSpec spec) {
        if (environments.find(spec.id()) != null) {
            return;
        }
        var onDemand = !spec.isKept();
        if (!owners.belongsTo(spec.id().shard(), from)) {
            from.accept(new EnvironmentEvent.StartRefused(spec.id(), "another member looks after the function"));
        } else if (environments.count() >= config.capacity().slots()) {
            from.accept(new EnvironmentEvent.StartRefused(spec.id(), "all slots are taken"));
        } else if (!(onDemand ? memory.isEnough() : memory.isEnoughToKeep())) {
            from.accept(new EnvironmentEvent.StartRefused(spec.id(), "memory is short"));
        } else {
            make(from, spec);
        }
    }

    private void make(Member from, EnvironmentSpec spec) {
        var shard = spec.id().shard();
        ExecutionEnvironment environment;
        try {
            environment = new ExecutionEnvironment(
                    spec, event -> tell(shard, event), host, loops.next(), environments::forget);
        } catch (RuntimeException | Error e) {
            defects.met("Environment " + spec.id() + " cannot be made", e);
            from.accept(new EnvironmentEvent.Gone(spec.id(), Defects.asReason(e)));
            return;
        }
        if (!environments.add(environment, shard)) {
            return;
        }
        environment.start();
        // Whoever takes the shard up meanwhile finds it among the others, or is seen here.
        if (closing || !owners.belongsTo(shard, from)) {
            environment.close();
        }
    }

    /// What happens to an environment is for the member that looks after it by then.
    private void tell(ShardId shard, WorkerEvent event) {
        owners.of(shard).member().accept(event);
    }

    /// How many runtimes are up and wait for a function such as this. May block.
    public int booted(FunctionVersion function) {
        return expected.booted(function);
    }

    /// What the pool of booted runtimes has come to.
    public PoolCounts poolCounts() {
        return pool.counts();
    }

    /// How often something threw in an environment where nothing should.
    public long defects() {
        return defects.count();
    }

    private void invoke(Member from, Reservation reservation, Invocation invocation) {
        var hosted = environments.find(reservation.environment());
        if (hosted == null || !reservation.worker().equals(config.id())) {
            refuse(from, reservation, invocation, "there is no such environment here");
            return;
        }
        var refusal = owners.refusal(hosted.shard(), reservation.epoch());
        if (refusal == null) {
            var environment = hosted.environment();
            environment.invoke(
                    reservation,
                    invocation,
                    from.sends(environment.spec().function().function()));
        } else {
            refuse(from, reservation, invocation, refusal);
        }
    }

    private static void refuse(Member from, Reservation reservation, Invocation invocation, String reason) {
        from.accept(new InvocationProgress.Ended(invocation.requestId(), reservation, new Refused(reason)));
    }

    private void retire(Member from, EnvironmentId id) {
        if (!owners.belongsTo(id.shard(), from) && !owners.isFree(id.shard())) {
            return;
        }
        var hosted = environments.find(id);
        if (hosted != null) {
            hosted.environment().retire();
        } else {
            // Whoever asks has not heard of its end.
            from.accept(new EnvironmentEvent.Gone(id, null));
        }
    }

    private void takeUp(Member from, ShardId shard, long epoch) {
        var change = owners.takeUp(shard, from, epoch);
        if (change.isOver(from, epoch)) {
            from.accept(new ShardEvent.Superseded(shard, change.now().epoch()));
            return;
        }
        change.loser().ifPresent(loser -> loser.accept(new ShardEvent.Superseded(shard, epoch)));
        from.accept(new ShardEvent.TakenUp(shard, epoch, environments.held(shard)));
    }

    /// Ends every environment, also those that run an invocation, and waits until nothing is left of them.
    @Override
    public void close() {
        closing = true;
        environments.end();
        // What is being prepared need not come up first.
        host.sandboxes().endMaking();
        environments.awaitEnd();
        synchronized (members) {
            if (reporting != null) {
                reporting.cancel(false);
            }
        }
        threads.shutdown();
        pool.close();
        logs.close();
    }
}
