package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.ProcessorSample;
import hearth.worker.endpoints.EnvironmentServices;
import hearth.worker.linux.Descriptors;
import hearth.worker.logs.FunctionLog;
import hearth.worker.loops.LoopLateness;
import hearth.worker.pool.BootedRuntime;
import hearth.worker.runtimeapi.InvocationEvent;
import hearth.worker.runtimeapi.RuntimeApiServer;
import hearth.worker.runtimeapi.RuntimeListener;
import hearth.worker.runtimeapi.RuntimeSession;
import hearth.worker.runtimes.ChannelUse;
import hearth.worker.runtimes.Entrypoint;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The runtime of one environment in its sandbox, however often it is started: its process, and its conversation
/// with us over the Runtime API.
///
/// Used on the environment's event loop. Starting a process blocks, and is done elsewhere; what is asked for
/// meanwhile is done when that comes back.
final class HostedRuntime {
    private static final System.Logger LOG = System.getLogger(HostedRuntime.class.getName());

    /// The environment, which hears of its process as well as of what the runtime says.
    interface Listener extends RuntimeListener {
        /// The process has ended, and with it the session.
        void exited(SandboxProcess.Exit exit);

        /// There is no process, and none to be had.
        void notStarted(Throwable why);
    }

    /// What there is of a process. The state of one that is being started elsewhere says what becomes of it when that
    /// comes back.
    private sealed interface ProcessState {}

    private record NoProcess() implements ProcessState {}

    /// @param wanted whether it may run, or is to be killed at once
    private record Starting(boolean wanted) implements ProcessState {}

    /// It may not run, and its sandbox is to be removed.
    private record StartingTooLate(Runnable remove) implements ProcessState {}

    private record Running(RuntimeProcess process) implements ProcessState {}

    private final EnvironmentResources resources;
    private final Bytes memory;
    private final Function<EnvironmentResources, Map<String, String>> variables;
    private final IoEventLoop loop;
    private final Guard guard;
    private final Executor blocking;
    private final MemoryBudget bodies;
    private final FunctionLog log;
    private final Listener listener;
    private final Function<Sandbox, EnvironmentServices> listen;
    private final IdleFreezer freezer;
    private final PeakMemory peakMemory;
    private final ProcessorMeter processors;
    private @Nullable ProcessorSample sample;
    /// Null before the first start, as are the services.
    private @Nullable RuntimeApiServer server;

    private @Nullable EnvironmentServices services;
    private @Nullable RuntimeSession session;
    private ProcessState process = new NoProcess();

    /// @param memory of the function
    /// @param listen makes what answers inside the sandbox besides the Runtime API; closed with the runtime
    /// @param variables that a process is started with
    HostedRuntime(
            EnvironmentResources resources,
            Bytes memory,
            Function<EnvironmentResources, Map<String, String>> variables,
            EnvironmentHost host,
            IoEventLoop loop,
            Guard guard,
            Function<Sandbox, EnvironmentServices> listen,
            FunctionLog log,
            Listener listener) {
        this.resources = resources;
        this.memory = memory;
        this.variables = variables;
        this.loop = loop;
        this.guard = guard;
        this.listen = listen;
        this.blocking = host.blocking();
        this.bodies = host.settings().memory();
        this.log = log;
        this.listener = listener;
        this.freezer = new IdleFreezer(
                resources.sandbox(), loop, guard, host.settings().freezeDelay());
        this.peakMemory = new PeakMemory(resources.sandbox());
        this.processors = new ProcessorMeter(resources.sandbox());
    }

    EnvironmentResources resources() {
        return resources;
    }

    /// Starts the runtime for the first time: one that is up already, if there is one.
    void start() {
        server = RuntimeApiServer.listen(resources.sandbox().runtimeApiSocket(), loop);
        services = listen.apply(resources.sandbox());
        beginSession();
        resources.booted().ifPresentOrElse(this::assign, this::launch);
    }

    /// Starts it after it has ended.
    void startAgain() {
        beginSession();
        launch();
    }

    private void beginSession() {
        session = new RuntimeSession(listener, bodies);
        serve(session);
    }

    /// The runtime is up already, and hears which function it serves.
    private void assign(BootedRuntime booted) {
        try {
            booted.assign(variables.apply(resources));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A booted runtime has ended before it was needed: {0}", e.getMessage());
            var ended = booted.takeProcess();
            elsewhere(true, () -> {
                // It may be about to end still.
                ended.close();
                return new StartResult.ToBeLaunched();
            });
            return;
        }
        watch(booted.takeProcess());
        var channel = booted.takeChannel();
        if (resources.runtime().channel() == ChannelUse.RUNTIME_API) {
            channel.ifPresent(this::adopt);
        } else {
            channel.ifPresent(Descriptors::close);
        }
    }

    private void launch() {
        launch(true);
    }

    private void launch(boolean wanted) {
        var environment = variables.apply(resources);
        elsewhere(wanted, () -> switch (resources.entrypoint(memory, environment)) {
            case Entrypoint.Command command ->
                new StartResult.Started(resources.sandbox().start(process(command, environment)));
            case Entrypoint.Missing(var why) -> new StartResult.NothingToStart(new SandboxProcess.Exit.NotStarted(why));
        });
    }

    /// What comes back from another thread.
    private sealed interface StartResult {
        record Started(SandboxProcess process) implements StartResult {}

        /// As if a process had ended before it began.
        record NothingToStart(SandboxProcess.Exit.NotStarted why) implements StartResult {}

        record Failed(Throwable cause) implements StartResult {}

        /// The runtime that was up already is gone; another is needed.
        record ToBeLaunched() implements StartResult {}
    }

    /// Has done what blocks, and what follows of it on the loop.
    private void elsewhere(boolean wanted, Callable<StartResult> work) {
        blocking.execute(() -> {
            StartResult result;
            try {
                result = work.call();
            } catch (Throwable e) {
                result = new StartResult.Failed(e);
            }
            var came = result;
            guard.later(() -> cameBack(came));
        });
        process = new Starting(wanted);
    }

    private void cameBack(StartResult result) {
        switch (process) {
            case Starting(var wanted) -> go(result, wanted);
            case StartingTooLate(var remove) -> {
                process = result instanceof StartResult.Started(var started)
                        ? new Running(new RuntimeProcess(loop, guard, started, log, this::exited))
                        : new NoProcess();
                remove.run();
            }
            case NoProcess _, Running _ -> throw new IllegalStateException("No process is being started");
        }
    }

    private void go(StartResult result, boolean wanted) {
        process = new NoProcess();
        switch (result) {
            case StartResult.Started(var started) -> {
                watch(started);
                if (wanted) {
                    started.takeChannel().ifPresent(this::adopt);
                } else {
                    started.kill();
                }
            }
            case StartResult.NothingToStart(var why) -> exited(why);
            case StartResult.Failed(var cause) -> listener.notStarted(cause);
            case StartResult.ToBeLaunched _ -> launch(wanted);
        }
    }

    private void watch(SandboxProcess started) {
        var watched = new RuntimeProcess(loop, guard, started, log, this::exited);
        process = new Running(watched);
        watched.watch();
    }

    private void adopt(int channel) {
        if (server != null) {
            server.adopt(channel);
        }
    }

    private void serve(@Nullable RuntimeSession session) {
        if (server != null) {
            server.serve(session);
        }
    }

    /// A wrapper of the function's own may start anything, so nothing of ours is lent to it.
    private ProcessSpec process(Entrypoint.Command command, Map<String, String> environment) {
        boolean channel = !command.wrapped() && resources.runtime().channel() == ChannelUse.RUNTIME_API;
        return new ProcessSpec(command.words(), environment, "/var/task", channel);
    }

    private void exited(SandboxProcess.Exit exit) {
        process = new NoProcess();
        endSession();
        listener.exited(exit);
    }

    /// The environment may be frozen if nothing happens.
    void idleSince(long nanos) {
        freezer.idleSince(nanos);
    }

    void thaw() {
        freezer.thaw();
    }

    void offer(InvocationEvent event) {
        if (session != null) {
            session.offer(event);
        }
    }

    /// Logs all that the runtime has written until now.
    void drainOutput() {
        if (process instanceof Running(var running)) {
            running.drainOutput();
        }
    }

    /// How much memory the sandbox took at most until the end of an invocation.
    Bytes peakMemory(Duration invocation, long nanos) {
        return peakMemory.after(invocation, nanos);
    }

    /// An invocation has ended.
    ///
    /// @param took how long it took, in nanoseconds, until its end was noticed
    void invoked(long took, long nanos) {
        var taken = processors.after(Math.max(0, took - LoopLateness.nanos()), nanos);
        if (taken != null) {
            sample = taken;
        }
    }

    /// What the invocations until now had of the processors; null unless there is news.
    @Nullable
    ProcessorSample takeProcessorSample() {
        var taken = sample;
        sample = null;
        return taken;
    }

    /// Ends the runtime by force: `exited` follows.
    void kill() {
        muteSession();
        switch (process) {
            case Running(var running) -> running.kill();
            case Starting _ -> process = new Starting(false);
            case NoProcess _, StartingTooLate _ -> {}
        }
    }

    private void muteSession() {
        serve(null);
        if (session != null) {
            session.mute();
        }
    }

    private void endSession() {
        serve(null);
        if (session != null) {
            session.end();
            session = null;
        }
    }

    /// Hears no more of the runtime.
    ///
    /// @param then called when its sandbox may be removed
    void close(Runnable then) {
        freezer.close();
        guard.run(this::muteSession);
        guard.run(this::closeSockets);
        if (process instanceof Starting) {
            process = new StartingTooLate(then);
        } else {
            then.run();
        }
    }

    private void closeSockets() {
        if (server == null) {
            resources.sandbox().closeSockets();
            return;
        }
        server.close();
        if (services != null) {
            services.close();
        }
    }

    /// The sandbox is gone, and its processes with it.
    void release() {
        guard.run(this::endSession);
        if (process instanceof Running(var running)) {
            guard.run(running::close);
            process = new NoProcess();
        }
    }
}
