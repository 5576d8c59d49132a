package hearth.worker.environment;

import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.model.worker.Report;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerEvent;
import hearth.worker.endpoints.EnvironmentServices;
import hearth.worker.environment.EnvironmentState.Closing;
import hearth.worker.environment.EnvironmentState.Event;
import hearth.worker.environment.EnvironmentState.Gone;
import hearth.worker.environment.EnvironmentState.Idle;
import hearth.worker.environment.EnvironmentState.Initializing;
import hearth.worker.environment.EnvironmentState.Invoking;
import hearth.worker.environment.EnvironmentState.Preparing;
import hearth.worker.environment.EnvironmentState.Resetting;
import hearth.worker.environment.EnvironmentState.Restarting;
import hearth.worker.logs.FunctionLog;
import hearth.worker.logs.LogStreamName;
import hearth.worker.logs.PlatformRecord;
import hearth.worker.logs.PlatformRecord.Phase;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.runtimeapi.InvocationEvent;
import hearth.worker.runtimeapi.PieceSink;
import hearth.worker.runtimeapi.RuntimePost;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A sandbox with the runtime of one function version, from INIT to SHUTDOWN; one invocation at a time.
///
/// Everything happens on one event loop: requests of the Runtime API, ends of processes, timers. Only what
/// blocks is done elsewhere (making and removing the sandbox, starting a process), and comes back as a task of
/// the loop; until then the state says what is to be done with it. `EnvironmentState` holds every legal step.
public final class ExecutionEnvironment {
    private static final System.Logger LOG = System.getLogger(ExecutionEnvironment.class.getName());
    private static final Duration LONGEST_INIT = Duration.ofMinutes(15);
    private static final Duration PREPAID_INIT = Duration.ofSeconds(130);
    private static final Duration REMOVED_AGAIN = Duration.ofSeconds(1);

    private final EnvironmentSpec spec;
    private final Consumer<WorkerEvent> events;
    private final EnvironmentHost host;
    private final IoEventLoop loop;
    private final Consumer<ExecutionEnvironment> onGone;
    private final Duration timeout;
    private final LogStreamName logName;
    private final EnvironmentLog log;
    private final Guard guard;
    private final Standing standing = new Standing();

    // The rest belongs to the loop.
    private EnvironmentState state = new Preparing();
    /// Null until the resources are there, which another thread prepares.
    private @Nullable HostedRuntime runtime;

    /// Null until a process needs them.
    private @Nullable FunctionCredentials credentials;

    private boolean preparing = true;
    private @Nullable InvokePhase invoke;
    private final DeadlineTimer deadline;
    private long initStartNanos;
    /// How long a successful INIT took, until the first invocation has reported it.
    private @Nullable Duration unreportedInit;

    private long lastReservation;
    private boolean toldReady;
    private boolean retiring;
    private @Nullable NotRunnable whyGone;

    /// @param events hears how the environment and its invocations do, on the loop
    /// @param onGone called on the loop when nothing is left, before that is told
    public ExecutionEnvironment(
            EnvironmentSpec spec,
            Consumer<WorkerEvent> events,
            EnvironmentHost host,
            IoEventLoop loop,
            Consumer<ExecutionEnvironment> onGone) {
        var function = spec.function();
        this.spec = spec;
        this.events = events;
        this.host = host;
        this.loop = loop;
        this.onGone = onGone;
        this.timeout = function.timeout();
        this.logName = LogStreamName.of(function, spec.id(), host.clock().instant());
        this.log = new EnvironmentLog(
                spec,
                new FunctionLog(
                        host.logs().stream(logName),
                        function.logFormat(),
                        function.applicationLogLevel(),
                        function.systemLogLevel(),
                        host.clock()));
        this.guard = new Guard(loop, this::failed);
        this.deadline = new DeadlineTimer(loop, guard, this::deadlinePassed);
    }

    public EnvironmentSpec spec() {
        return spec;
    }

    /// To be called once, by any thread.
    public void start() {
        try {
            host.preparations().execute(this::prepare);
        } catch (RuntimeException | Error e) {
            cannotPrepare(e);
        }
    }

    /// What it does now. By any thread.
    public ReportedEnvironment standing() {
        return standing.of(spec.id());
    }

    /// By any thread.
    public void invoke(Reservation reservation, Invocation invocation) {
        long received = now();
        Runnable step = () -> take(reservation, new InvokePhase(invocation, reservation, events), received);
        if (loop.inEventLoop()) {
            guard.run(step);
        } else {
            guard.later(step);
        }
    }

    /// Pieces of an answer have been taken, so many in all. By any thread.
    public void credit(String requestId, long pieces) {
        try {
            guard.later(() -> {
                if (invoke != null) {
                    invoke.credited(requestId, pieces);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the environment.
            LOG.log(Level.DEBUG, "A piece of an answer was taken after the end", e);
        }
    }

    /// Ends the environment, after the invocation that may run. By any thread.
    public void retire() {
        guard.later(() -> {
            retiring = true;
            if (invoke == null) {
                close(null);
            }
        });
    }

    /// Ends the environment now. By any thread.
    public void close() {
        guard.later(() -> close(null));
    }

    // INIT

    /// Where code is to be waited for, a virtual thread waits: those that make sandboxes are few.
    private void prepare() {
        preparing(() -> {
            var runtime = EnvironmentResources.runtime(spec.function(), host);
            var here = FunctionFiles.ifHere(spec.function(), host.code());
            if (here.isPresent()) {
                make(runtime, here.get());
                return;
            }
            Thread.ofVirtual()
                    .name("code-of-" + spec.id().value())
                    .start(() -> preparing(() -> {
                        var files = EnvironmentResources.files(spec, host.code());
                        try {
                            host.preparations().execute(() -> preparing(() -> make(runtime, files)));
                        } catch (RuntimeException | Error e) {
                            files.close();
                            throw e;
                        }
                    }));
        });
    }

    private void make(InstalledRuntime runtime, FunctionFiles files) throws EnvironmentResources.Unavailable {
        var made = EnvironmentResources.make(spec, runtime, files, host);
        guard.later(() -> prepared(made));
    }

    /// A part of what is to be done before the environment has its resources.
    private interface Preparation {
        void run() throws EnvironmentResources.Unavailable;
    }

    private void preparing(Preparation part) {
        try {
            part.run();
        } catch (EnvironmentResources.Unavailable e) {
            guard.later(() -> notPrepared(e.why()));
        } catch (Throwable e) {
            cannotPrepare(e);
        }
    }

    private void cannotPrepare(Throwable defect) {
        host.defects().met("Environment " + spec.id() + " cannot be made", defect);
        guard.later(() -> notPrepared(workerFailed(defect)));
    }

    private static NotRunnable workerFailed(Throwable defect) {
        return new NotRunnable(Cause.SANDBOX_FAILED, "The worker failed: " + defect);
    }

    private void prepared(EnvironmentResources made) {
        preparing = false;
        var runtime = new HostedRuntime(
                made,
                spec.function().memory(),
                this::variables,
                host,
                loop,
                guard,
                this::services,
                log.log(),
                new FromRuntime());
        this.runtime = runtime;
        if (state instanceof Closing) {
            runtime.close(this::remove);
            return;
        }
        become(Event.PREPARED);
        log.initStarts(made.runtime());
        initStartNanos = now();
        runtime.start();
        deadline.set(initStartNanos + initLimit().toNanos());
    }

    private EnvironmentServices services(Sandbox sandbox) {
        var reach = host.settings().reach();
        return EnvironmentServices.listen(
                sandbox.serviceSockets(),
                reach.endpoints(),
                connection -> reach.entrance().enter(connection, loop, spec),
                reach.relays(),
                loop);
    }

    private Map<String, String> variables(EnvironmentResources resources) {
        var issued = credentials;
        if (issued == null) {
            issued = host.settings().credentials().issue(spec);
            credentials = issued;
        }
        var sandbox = resources.sandbox();
        return host.variables()
                .of(
                        spec,
                        resources.runtime(),
                        logName,
                        sandbox.runtimeApiAddress(),
                        !sandbox.serviceSockets().isEmpty(),
                        issued);
    }

    private void notPrepared(NotRunnable why) {
        preparing = false;
        if (state instanceof Closing) {
            removed();
        } else {
            close(why);
        }
    }

    private Duration initLimit() {
        if (spec.initializationType() == InitializationType.ON_DEMAND) {
            return host.settings().initLimit();
        }
        var limit = timeout.compareTo(PREPAID_INIT) > 0 ? timeout : PREPAID_INIT;
        return limit.compareTo(LONGEST_INIT) > 0 ? LONGEST_INIT : limit;
    }

    private void initFailed(Phase phase, Status status) {
        runtime().drainOutput();
        log.initEnded(phase, status, sinceInitStart());
    }

    private Duration sinceInitStart() {
        return Duration.ofNanos(now() - initStartNanos);
    }

    // INVOKE

    /// @param received when the command came, on the loop's clock
    private void take(Reservation reservation, InvokePhase phase, long received) {
        if (reservation.number() <= lastReservation) {
            // It came twice, or so late that another was honoured since. What came of it was told, or will be.
            LOG.log(Level.DEBUG, "A reservation of environment {0} came again", spec.id());
            return;
        }
        try {
            var refusal = refusal(reservation, received);
            if (refusal != null) {
                phase.refused(refusal);
                return;
            }
            lastReservation = reservation.number();
            standing.is(Report.Phase.BUSY, lastReservation);
            become(Event.INVOKED);
        } catch (RuntimeException | Error e) {
            // Before it is taken, nobody else will answer it.
            phase.refused("the worker failed: " + e);
            throw e;
        }
        invoke = phase;
        begin(phase);
    }

    private void begin(InvokePhase phase) {
        long now = now();
        phase.begin(now);
        deadline.set(now + timeout.toNanos());
        if (phase.invocation().wantsLogTail()) {
            log.log().startTail();
        }
        var runtime = runtime();
        runtime.thaw();
        if (state instanceof Invoking) {
            // Before the log, because the runtime can work while we write.
            offer(phase);
            log.invokeStarts(phase);
        } else {
            log.invokeStarts(phase);
            initStartNanos = now();
            runtime.startAgain();
        }
    }

    private @Nullable String refusal(Reservation reservation, long received) {
        if (now() - received >= reservation.life().toNanos()) {
            return "the reservation has expired";
        }
        return state.idle() && !retiring ? null : "the environment is not idle";
    }

    private void offer(InvokePhase phase) {
        var invocation = phase.invocation();
        var left = Duration.ofNanos(deadline.nanos() - now());
        runtime()
                .offer(new InvocationEvent(
                        invocation.requestId(),
                        host.clock().instant().plus(left).toEpochMilli(),
                        invocation.invokedArn(),
                        invocation.traceHeader(),
                        invocation.clientContext(),
                        invocation.payload()));
    }

    /// The INVOKE phase is over, and its log can be closed.
    private void endInvoke() {
        var phase = invoke;
        if (phase == null) {
            return;
        }
        deadline.clear();
        long now = now();
        runtime().drainOutput();
        var duration = phase.duration(now);
        log.invokeEnded(phase, duration, runtime().peakMemory(duration, now), unreportedInit);
        unreportedInit = null;
        endInvoke(phase);
    }

    private void endInvoke(InvokePhase phase) {
        var tail = log.log().endTail();
        invoke = null;
        phase.end(tail);
    }

    private final class FromRuntime implements HostedRuntime.Listener {
        @Override
        public void asked() {
            var before = state;
            become(Event.ASKED);
            switch (before) {
                case Initializing _ -> {
                    deadline.clear();
                    // What INIT printed comes before START, whichever of the two the loop hears of first.
                    runtime().drainOutput();
                    unreportedInit = sinceInitStart();
                    log.initEnded(Phase.INIT, Status.SUCCESS, unreportedInit);
                    idle();
                }
                case Restarting _ -> {
                    if (invoke != null) {
                        offer(invoke);
                    }
                }
                default -> {
                    endInvoke();
                    idle();
                }
            }
        }

        @Override
        public @Nullable PieceSink begins(String contentType) {
            return invoke == null
                    ? null
                    : invoke.begins(contentType, loop, guard, host.settings().streamPace());
        }

        @Override
        public void posted(RuntimePost post) {
            if (post instanceof RuntimePost.InitError(var body, var errorType)) {
                initFailed(invoke == null ? Phase.INIT : Phase.INVOKE, Status.error(errorType));
                if (invoke != null) {
                    invoke.failed(body, errorType);
                }
                reset();
            } else if (invoke != null) {
                posted(post, invoke);
            }
        }

        @Override
        public void exited(SandboxProcess.Exit exit) {
            runtimeExited(exit);
        }

        @Override
        public void failed(Throwable defect) {
            ExecutionEnvironment.this.failed(defect);
        }

        @Override
        public void notStarted(Throwable e) {
            if (!(e instanceof SandboxException)) {
                failed(e);
                return;
            }
            LOG.log(Level.WARNING, "The runtime of environment " + spec.id() + " cannot be started", e);
            var why = new NotRunnable(Cause.SANDBOX_FAILED, "The runtime cannot be started: " + e.getMessage());
            if (invoke != null) {
                invoke.notRunnable(why);
            }
            close(why);
        }

        private void posted(RuntimePost post, InvokePhase phase) {
            var requestId = phase.invocation().requestId();
            switch (post) {
                case RuntimePost.Response(var body, var contentType) -> phase.answered(body, contentType);
                case RuntimePost.Streamed(var bytes) -> phase.streamed(bytes);
                case RuntimePost.FunctionError(var body, var errorType) -> phase.failed(body, errorType);
                case RuntimePost.BrokenOff(var body, var errorType) -> phase.brokeOff(body, errorType);
                case RuntimePost.TooLarge(var limit) ->
                    phase.failed(Fault.tooLargePayload(limit), Fault.TOO_LARGE_TYPE);
                case RuntimePost.Truncated _ ->
                    phase.failed(Fault.TRUNCATED.payload(requestId), Fault.TRUNCATED.errorType());
                case RuntimePost.InvalidResponseMode _ ->
                    phase.failed(
                            Fault.INVALID_RESPONSE_MODE.payload(requestId), Fault.INVALID_RESPONSE_MODE.errorType());
                case RuntimePost.InitError _ -> throw new IllegalStateException("INIT is over");
            }
        }
    }

    // The ends of processes

    private void deadlinePassed() {
        if (state instanceof Initializing) {
            initFailed(Phase.INIT, Status.TIMEOUT);
            reset();
        } else if (invoke != null && !(state instanceof Resetting)) {
            if (state instanceof Restarting) {
                initFailed(Phase.INVOKE, Status.TIMEOUT);
            }
            runtime().drainOutput();
            log.log().platform(new PlatformRecord.TimedOut(invoke.invocation().requestId(), timeout));
            invoke.timedOut(timeout);
            reset();
        }
    }

    /// Kills the runtime. The environment is idle again once it has ended.
    private void reset() {
        become(Event.RESET);
        runtime().kill();
    }

    private void runtimeExited(SandboxProcess.Exit exit) {
        var before = state;
        become(Event.EXITED);
        var fault = Fault.exit(exit);
        switch (before) {
            case Initializing _ -> {
                initFailed(Phase.INIT, Status.error(fault.errorType()));
                idle();
            }
            case Restarting _, Invoking _ -> {
                crashed(fault, before instanceof Restarting);
                idle();
            }
            case Resetting _ -> {
                endInvoke();
                idle();
            }
            case Idle _ -> LOG.log(Level.DEBUG, "The runtime of idle environment {0} ended: {1}", spec.id(), exit);
            default -> {}
        }
    }

    private void crashed(Fault fault, boolean inInit) {
        if (inInit) {
            initFailed(Phase.INVOKE, Status.error(fault.errorType()));
        }
        if (invoke != null) {
            var requestId = invoke.invocation().requestId();
            log.log().platform(new PlatformRecord.RuntimeExited(fault.message(requestId), fault.errorType()));
            invoke.faulted(fault, now());
            endInvoke();
        }
    }

    // Between invocations

    private void idle() {
        if (retiring) {
            close(null);
            return;
        }
        if (state instanceof Idle(var running) && running) {
            runtime().idleSince(now());
        }
        standing.is(Report.Phase.IDLE, lastReservation);
        if (toldReady) {
            events.accept(new EnvironmentEvent.Idle(spec.id(), lastReservation));
        } else if (spec.initializationType() != InitializationType.ON_DEMAND
                && state instanceof Idle(var running)
                && !running) {
            close(new NotRunnable(Cause.INIT_FAILED, "The function's initialisation failed"));
        } else {
            toldReady = true;
            events.accept(new EnvironmentEvent.Ready(spec.id()));
        }
    }

    // SHUTDOWN

    private void close(@Nullable NotRunnable why) {
        if (state instanceof Closing || state instanceof Gone) {
            return;
        }
        become(Event.CLOSED);
        standing.is(Report.Phase.ENDING, lastReservation);
        whyGone = why;
        deadline.clear();
        guard.run(this::breakOff);
        if (runtime != null) {
            runtime.close(this::remove);
        } else if (!preparing) {
            removed();
        }
    }

    /// The invocation that runs will not come to its end.
    private void breakOff() {
        if (invoke != null) {
            invoke.faulted(Fault.WORKER_CLOSED, now());
            endInvoke();
        }
    }

    private void remove() {
        try {
            host.removals().execute(this::removeResources);
        } catch (RuntimeException | Error e) {
            // Without a thread for it now, there may be one in a moment: what is not removed takes memory and a slot.
            host.defects().met("Sandbox " + spec.id() + " cannot be removed yet", e);
            var _ = loop.schedule(this::remove, REMOVED_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void removeResources() {
        try {
            runtime().resources().close();
        } catch (Throwable e) {
            host.defects().met("Sandbox " + spec.id() + " could not be removed", e);
        }
        guard.later(this::removed);
    }

    /// Whatever one of these meets, the others follow: who waits for this environment's end waits for the last of them.
    private void removed() {
        if (runtime != null) {
            runtime.release();
        }
        guard.run(this::endCredentials);
        guard.run(log.log()::close);
        become(Event.REMOVED);
        guard.run(() -> onGone.accept(this));
        guard.run(this::tellGone);
    }

    private void endCredentials() {
        if (credentials != null) {
            host.settings().credentials().end(credentials);
        }
    }

    private void tellGone() {
        events.accept(new EnvironmentEvent.Gone(spec.id(), whyGone));
    }

    /// A step threw. Its invocation is answered, if it was not before, and the environment ends.
    private void failed(Throwable defect) {
        host.defects().met("Environment " + spec.id() + " met a defect while " + state, defect);
        var why = workerFailed(defect);
        if (invoke != null) {
            var phase = invoke;
            phase.notRunnable(why);
            try {
                endInvoke(phase);
            } catch (RuntimeException | Error e) {
                // The end of its log is what failed.
                invoke = null;
                phase.end(null);
            }
        }
        close(why);
    }

    private HostedRuntime runtime() {
        if (runtime == null) {
            throw new IllegalStateException("There is no runtime yet");
        }
        return runtime;
    }

    private void become(Event event) {
        state = state.after(event);
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
