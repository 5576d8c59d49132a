package hearth.worker.environment;

import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.WorkerEvent;
import hearth.worker.environment.EnvironmentState.Closing;
import hearth.worker.environment.EnvironmentState.Event;
import hearth.worker.environment.EnvironmentState.Idle;
import hearth.worker.environment.EnvironmentState.Initializing;
import hearth.worker.environment.EnvironmentState.Invoking;
import hearth.worker.environment.EnvironmentState.Resetting;
import hearth.worker.environment.EnvironmentState.Restarting;
import hearth.worker.environment.EnvironmentState.Restoring;
import hearth.worker.logs.FunctionLog;
import hearth.worker.logs.LogStreamName;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.runtimeapi.PieceSink;
import hearth.worker.runtimeapi.RuntimePost;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A sandbox with the runtime of one function version, from INIT to SHUTDOWN.
///
/// Everything happens on one event loop: requests of the Runtime API, ends of processes, timers. Only what
/// blocks is done elsewhere (making and removing the sandbox, starting a process), and comes back as a task of
/// the loop; until then the state says what is to be done with it. `EnvironmentState` holds every legal step, and
/// `InitPhase`, `InvokePhase` and `ShutdownPhase` whom each part of its life still awaits.
public final class ExecutionEnvironment {
    private static final System.Logger LOG = System.getLogger(ExecutionEnvironment.class.getName());

    private static final NotRunnable INIT_FAILED =
            new NotRunnable(Cause.INIT_FAILED, "The function's initialisation failed");

    private static final NotRunnable RESTORE_FAILED =
            new NotRunnable(Cause.RESTORE_FAILED, "What the function does after a restore failed; its log says more.");

    private static final NotRunnable RESTORE_TIMED_OUT = new NotRunnable(
            Cause.RESTORE_TIMED_OUT,
            "What the function does after a restore took more than " + RestorePhase.LIMIT.toSeconds() + " seconds.");

    private final EnvironmentSpec spec;
    private final Consumer<WorkerEvent> events;
    private final EnvironmentHost host;
    private final IoEventLoop loop;
    private final Consumer<ExecutionEnvironment> onGone;
    private final EnvironmentLog log;
    private final Guard guard;
    private final EnvironmentLifecycle lifecycle;

    /// Whether it was told to end, which the loop may not have come to yet.
    private volatile boolean told;

    // The rest belongs to the loop.
    private final StartVariables variables;
    private final RunningInvocations running;
    private final ShutdownPhase shutdown;
    /// For the first of those that run.
    private final DeadlineTimer deadline;
    /// Null until they are there, which another thread prepares.
    private @Nullable EnvironmentResources resources;

    private @Nullable HostedRuntime runtime;
    /// Null while no runtime starts.
    private @Nullable InitPhase init;

    /// Whether the first invocation has come for which an environment under SnapStart is restored.
    private boolean restored;

    /// Null while it is not being restored.
    private @Nullable RestorePhase restore;

    /// @param events hears how the environment does, on the loop
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
        var logName = LogStreamName.of(function, spec.id(), host.clock().instant());
        this.log = new EnvironmentLog(
                spec,
                new FunctionLog(
                        host.logs().stream(logName),
                        function.logFormat(),
                        function.applicationLogLevel(),
                        function.systemLogLevel(),
                        host.clock()));
        this.running = new RunningInvocations(log, function.timeout(), spec.maxConcurrency());
        this.lifecycle = new EnvironmentLifecycle(spec, running);
        this.variables = new StartVariables(spec, host, logName);
        this.guard = new Guard(loop, this::failed);
        this.shutdown = new ShutdownPhase(spec.id().value(), host, loop, guard);
        this.deadline = new DeadlineTimer(loop, guard, this::deadlinePassed);
    }

    public EnvironmentSpec spec() {
        return spec;
    }

    /// To be called once, by any thread.
    public void start() {
        new Preparation(
                        spec,
                        host,
                        () -> told || standing().phase() == Phase.ENDING,
                        made -> guard.later(() -> prepared(made)),
                        why -> guard.later(() -> notPrepared(why)))
                .start();
    }

    /// What it does now. By any thread.
    public ReportedEnvironment standing() {
        return lifecycle.reported();
    }

    /// What it is and does, for whoever takes it up. By any thread.
    public HeldEnvironment held() {
        return new HeldEnvironment(spec, lifecycle.reported(), lifecycle.idle(now()));
    }

    /// By any thread.
    ///
    /// @param progress hears how the invocation does, on the loop
    public void invoke(Reservation reservation, Invocation invocation, InvocationObserver progress) {
        long received = now();
        Runnable step = () -> take(reservation, new InvokePhase(invocation, reservation, progress), received);
        if (loop.inEventLoop()) {
            guard.run(step);
        } else {
            guard.later(step);
        }
    }

    /// Pieces of an answer have been taken, so many in all. By any thread.
    public void credit(String requestId, long pieces) {
        try {
            guard.later(() -> running.credited(requestId, pieces));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the environment.
            LOG.log(Level.DEBUG, "A piece of an answer was taken after the end", e);
        }
    }

    /// Ends the environment, after the invocations that may run. By any thread.
    public void retire() {
        guard.later(() -> {
            lifecycle.retire();
            if (running.isEmpty()) {
                close(null);
            }
        });
    }

    /// Ends the environment if it is idle. By any thread.
    public void makeRoom() {
        guard.later(() -> {
            if (lifecycle.state().idle()) {
                close(null);
            }
        });
    }

    /// Ends the environment now. By any thread.
    public void close() {
        guard.later(() -> close(null));
        told = true;
    }

    // INIT

    private void prepared(EnvironmentResources made) {
        resources = made;
        lifecycle.become(Event.PREPARED);
        if (lifecycle.state() instanceof Closing) {
            guard.run(made.sandbox()::closeSockets);
            remove();
            return;
        }
        var runtime = new HostedRuntime(spec, made, variables::of, host, loop, guard, log.log(), new RuntimeEvents());
        this.runtime = runtime;
        log.initStarts(made.runtime());
        long now = now();
        init = InitPhase.first(now);
        runtime.start();
        deadline.set(now + InitPhase.limit(spec, host.settings()).toNanos());
    }

    private void notPrepared(NotRunnable why) {
        if (!lifecycle.state().ending()) {
            shutdown.begin(why);
        }
        lifecycle.become(Event.NOT_PREPARED);
        removed();
    }

    private void initFailed(Status status) {
        if (init != null) {
            runtime().drainOutput();
            log.initEnded(init, status, init.duration(now()));
        }
    }

    private void initEnded(InitPhase phase) {
        long now = now();
        lifecycle.become(Event.ASKED, now);
        if (phase.isFirst()) {
            deadline.clear();
            // What INIT printed comes before START, whichever of the two the loop hears of first.
            runtime().drainOutput();
            var took = phase.duration(now);
            log.initEnded(phase, Status.SUCCESS, took);
            if (!spec.isSnapStart()) {
                running.initialised(took);
            }
            idle(now);
        } else {
            init = null;
            running.forEach(this::offer);
        }
    }

    // INVOKE

    /// @param received when the command came, on the loop's clock
    private void take(Reservation reservation, InvokePhase phase, long received) {
        if (!lifecycle.isNew(reservation)) {
            // It came twice, or so late that another was honoured since. What came of it was told, or will be.
            LOG.log(Level.DEBUG, "A reservation of environment {0} came again", spec.id());
            return;
        }
        long now = now();
        var refusal = lifecycle.refusal(reservation, phase.invocation(), now - received);
        if (refusal != null) {
            phase.refused(refusal);
            return;
        }
        running.begin(phase, now);
        boolean restores = spec.isSnapStart() && !restored;
        lifecycle.took(reservation, restores);
        if (restores) {
            beginRestore(now);
            return;
        }
        awaitDeadline();
        runtime().thaw();
        if (lifecycle.state() instanceof Invoking) {
            // Before the log, because the runtime can work while we write.
            offer(phase);
            log.invokeStarts(phase);
        } else {
            log.invokeStarts(phase);
            init = InitPhase.withinInvocation(now);
            runtime().startAgain();
        }
    }

    // RESTORE

    private void beginRestore(long now) {
        restored = true;
        var phase = new RestorePhase(now);
        restore = phase;
        deadline.set(phase.deadlineNanos());
        log.restoreStarts(runtime().version());
        runtime().thaw();
        if (!runtime().restore()) {
            restoreEnded(phase);
        }
    }

    private void restoreEnded(RestorePhase phase) {
        long now = now();
        restore = null;
        lifecycle.become(Event.ASKED, now);
        runtime().drainOutput();
        var took = phase.duration(now);
        log.restoreEnded(Status.SUCCESS, took);
        running.restored(took, now);
        awaitDeadline();
        running.forEach(invocation -> {
            offer(invocation);
            log.invokeStarts(invocation);
        });
    }

    /// Who waits is told, and the environment is of no more use.
    private void restoreFailed(RestorePhase phase, Status status, NotRunnable why) {
        restore = null;
        runtime().drainOutput();
        log.restoreEnded(status, phase.duration(now()));
        running.giveUp(why);
        close(null);
    }

    private void offer(InvokePhase phase) {
        runtime().offer(phase.event(host.clock().instant(), now()));
    }

    private final class RuntimeEvents implements HostedRuntime.Listener {
        /// What the runtime did until now is over: its INIT, or an invocation.
        @Override
        public void asked() {
            if (init != null && init.ready(AwaitedParties.RUNTIME)) {
                initEnded(init);
                return;
            }
            if (restore != null) {
                restoreEnded(restore);
                return;
            }
            long now = now();
            lifecycle.become(Event.ASKED, now);
            deadline.clear();
            running.done(AwaitedParties.RUNTIME, runtime(), now);
            idle(now);
        }

        @Override
        public @Nullable PieceSink begins(String requestId, String contentType) {
            var phase = running.find(requestId);
            return phase == null
                    ? null
                    : phase.begins(contentType, loop, guard, host.settings().streamPace());
        }

        @Override
        public boolean keepsBody(String requestId) {
            return running.keepsBody(requestId);
        }

        @Override
        public void posted(String requestId, RuntimePost post) {
            if (post instanceof RuntimePost.RestoreError(var _, var errorType)) {
                if (restore != null) {
                    restoreFailed(restore, Status.error(errorType), RESTORE_FAILED);
                }
            } else if (post instanceof RuntimePost.InitError(var _, var errorType)) {
                initFailed(Status.error(errorType));
                running.forEach(phase -> phase.posted(post));
                reset();
            } else {
                running.posted(requestId, post);
                if (spec.isConcurrent()) {
                    answered(requestId);
                }
            }
        }

        @Override
        public void exited(SandboxProcess.Exit exit) {
            runtimeExited(exit);
        }

        @Override
        public void notStarted(Throwable cause) {
            if (!(cause instanceof SandboxException)) {
                failed(cause);
                return;
            }
            LOG.log(Level.WARNING, "The runtime of environment " + spec.id() + " cannot be started", cause);
            var why = new NotRunnable(Cause.SANDBOX_FAILED, "The runtime cannot be started: " + cause.getMessage());
            running.forEach(phase -> phase.notRunnable(why));
            close(why);
        }

        @Override
        public void failed(Throwable defect) {
            ExecutionEnvironment.this.failed(defect);
        }
    }

    /// A runtime that runs several invocations asks ahead: one is over when it was answered.
    private void answered(String requestId) {
        long now = now();
        long reservation = running.answered(requestId, runtime(), now);
        if (reservation == 0) {
            return;
        }
        lifecycle.finishedOne(now);
        awaitDeadline();
        if (!lifecycle.isRetiring()) {
            events.accept(new EnvironmentEvent.Idle(
                    spec.id(), reservation, runtime().meters().takeProcessorSample()));
        } else if (running.isEmpty()) {
            close(null);
        }
    }

    private void awaitDeadline() {
        if (running.isEmpty()) {
            deadline.clear();
        } else {
            deadline.set(running.nextDeadline());
        }
    }

    private void deadlinePassed() {
        var state = lifecycle.state();
        if (restore != null) {
            restoreFailed(restore, Status.TIMEOUT, RESTORE_TIMED_OUT);
        } else if (spec.isConcurrent() && state instanceof Invoking) {
            leaveOverdueBehind();
        } else if (state instanceof Initializing || state instanceof Restarting || state instanceof Invoking) {
            initFailed(Status.TIMEOUT);
            runtime().drainOutput();
            running.timeOut();
            reset();
        }
    }

    /// The others run on. Once nothing but code that took too long runs, the environment is of no more use.
    private void leaveOverdueBehind() {
        running.leaveOverdueBehind(runtime(), now());
        awaitDeadline();
        if (running.areStuck() || (lifecycle.isRetiring() && running.isEmpty())) {
            close(null);
        }
    }

    // The ends of processes

    /// Kills the runtime. The environment is idle again once it has ended.
    private void reset() {
        lifecycle.become(Event.RESET);
        runtime().kill();
    }

    private void runtimeExited(SandboxProcess.Exit exit) {
        var before = lifecycle.state();
        long now = now();
        lifecycle.become(Event.EXITED, now);
        switch (before) {
            case Initializing _, Restarting _, Invoking _ -> {
                var fault = Fault.exit(exit);
                initFailed(Status.error(fault.errorType()));
                deadline.clear();
                running.crash(fault, runtime(), now);
                idle(now);
            }
            case Restoring _ -> {
                if (restore != null) {
                    restoreFailed(restore, Status.error(Fault.exit(exit).errorType()), RESTORE_FAILED);
                }
            }
            case Resetting _ -> {
                deadline.clear();
                running.endAll(runtime(), now);
                idle(now);
            }
            case Idle _ -> {
                LOG.log(Level.DEBUG, "The runtime of idle environment {0} ended: {1}", spec.id(), exit);
                if (isReplaced()) {
                    idle(now);
                }
            }
            default -> {}
        }
    }

    // Between invocations

    private void idle(long now) {
        boolean first = init != null && init.isFirst();
        init = null;
        boolean runs = lifecycle.state() instanceof Idle(var running) && running;
        if (lifecycle.isRetiring()) {
            close(null);
        } else if (isReplaced() && !runs) {
            close(first ? INIT_FAILED : null);
        } else if (!first) {
            freezeLater(runs, now);
            events.accept(new EnvironmentEvent.Idle(
                    spec.id(), lifecycle.lastReservation(), runtime().meters().takeProcessorSample()));
        } else if (runs || spec.initializationType() == InitializationType.ON_DEMAND) {
            freezeLater(runs, now);
            events.accept(new EnvironmentEvent.Ready(spec.id()));
        } else {
            close(INIT_FAILED);
        }
    }

    /// Whether its runtime is not started again once it has ended: another environment takes its place.
    private boolean isReplaced() {
        return spec.isConcurrent() || spec.isSnapStart() || !runtime().isUsable();
    }

    private void freezeLater(boolean runs, long now) {
        if (runs && !spec.isConcurrent()) {
            runtime().idleSince(now);
        }
    }

    // SHUTDOWN

    private void close(@Nullable NotRunnable why) {
        if (lifecycle.state().ending()) {
            return;
        }
        lifecycle.retire();
        shutdown.begin(why);
        lifecycle.become(Event.CLOSED);
        deadline.clear();
        guard.run(() -> {
            if (!running.isEmpty()) {
                running.breakOff(runtime(), now());
            }
        });
        if (runtime != null) {
            runtime.close(this::remove);
        } else {
            remove();
        }
    }

    /// What is being prepared still is removed when it is there.
    private void remove() {
        if (resources != null) {
            shutdown.remove(resources, this::removed);
        }
    }

    /// Whatever one of these meets, the others follow: who waits for this environment's end waits for the last of them.
    private void removed() {
        if (runtime != null) {
            runtime.release();
        }
        guard.run(variables::close);
        guard.run(log.log()::close);
        lifecycle.become(Event.REMOVED);
        guard.run(() -> onGone.accept(this));
        guard.run(() -> events.accept(new EnvironmentEvent.Gone(spec.id(), shutdown.why())));
    }

    /// A step threw. Invocations that run are answered, if they were not before, and the environment ends.
    private void failed(Throwable defect) {
        host.defects().met("Environment " + spec.id() + " met a defect while " + lifecycle.state(), defect);
        var why = Defects.asReason(defect);
        running.giveUp(why);
        close(why);
    }

    private HostedRuntime runtime() {
        if (runtime == null) {
            throw new IllegalStateException("There is no runtime yet");
        }
        return runtime;
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
