package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentSpec;
import hearth.worker.environment.RuntimeProcesses.StartResult;
import hearth.worker.linux.Descriptors;
import hearth.worker.logs.FunctionLog;
import hearth.worker.pool.BootedRuntime;
import hearth.worker.runtimeapi.InvocationEvent;
import hearth.worker.runtimeapi.RuntimeListener;
import hearth.worker.runtimes.ChannelUse;
import hearth.worker.runtimes.Entrypoint;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.Function;

/// The runtime of one environment in its sandbox, however often it is started: its process, and its conversation
/// with us over the Runtime API.
///
/// Used on the environment's event loop. `RuntimeProcesses` starts and ends the process, `SandboxListeners` has the
/// conversation, `SandboxMeters` measures what it takes.
final class HostedRuntime {
    private static final System.Logger LOG = System.getLogger(HostedRuntime.class.getName());

    /// The environment, which hears of its process as well as of what the runtime says.
    interface Listener extends RuntimeListener {
        /// The process has ended, and with it the session.
        void exited(SandboxProcess.Exit exit);

        /// There is no process, and none to be had.
        void notStarted(Throwable why);
    }

    private final EnvironmentResources resources;
    private final Bytes memory;
    private final Function<EnvironmentResources, Map<String, String>> variables;
    private final Guard guard;
    private final Listener listener;
    private final RuntimeProcesses processes;
    private final SandboxListeners listeners;
    private final SandboxMeters meters;
    private final IdleFreezer freezer;

    /// @param variables that a process is started with
    HostedRuntime(
            EnvironmentSpec spec,
            EnvironmentResources resources,
            Function<EnvironmentResources, Map<String, String>> variables,
            EnvironmentHost host,
            IoEventLoop loop,
            Guard guard,
            FunctionLog log,
            Listener listener) {
        this.resources = resources;
        this.memory = spec.function().memory();
        this.variables = variables;
        this.guard = guard;
        this.listener = listener;
        this.processes = new RuntimeProcesses(loop, guard, host.blocking(), log, new ProcessEvents());
        this.listeners = new SandboxListeners(spec, resources.sandbox(), host.settings(), loop, guard, listener);
        this.meters = new SandboxMeters(resources.sandbox());
        this.freezer = new IdleFreezer(
                resources.sandbox(), loop, guard, host.settings().freezeDelay());
    }

    /// What it is a process of.
    InstalledRuntime version() {
        return resources.runtime();
    }

    /// Whether it could be started again in its sandbox.
    boolean isUsable() {
        return resources.sandbox().isUsable();
    }

    SandboxMeters meters() {
        return meters;
    }

    /// Starts the runtime for the first time: one that is up already, if there is one.
    void start() {
        listeners.open();
        listeners.beginSession();
        resources.booted().ifPresentOrElse(this::assign, this::launch);
    }

    /// Starts it after it has ended.
    void startAgain() {
        listeners.beginSession();
        launch();
    }

    /// The runtime is up already, and hears which function it serves.
    private void assign(BootedRuntime booted) {
        var environment = variables.apply(resources);
        if (!booted.isAssignedAtOnce()) {
            processes.start(() -> assigned(booted, environment));
            return;
        }
        try {
            booted.assign(environment);
        } catch (IOException e) {
            processes.start(() -> insteadOf(booted, environment, e));
            return;
        }
        processes.take(booted.takeProcess());
        var channel = booted.takeChannel();
        if (resources.runtime().channel() == ChannelUse.RUNTIME_API) {
            channel.ifPresent(listeners::adopt);
        } else {
            channel.ifPresent(Descriptors::close);
        }
    }

    /// Blocks.
    private StartResult assigned(BootedRuntime booted, Map<String, String> environment) throws SandboxException {
        try {
            booted.assign(environment);
        } catch (IOException e) {
            return insteadOf(booted, environment, e);
        }
        return new StartResult.Started(booted.takeProcess());
    }

    /// Blocks.
    private StartResult insteadOf(BootedRuntime booted, Map<String, String> environment, IOException why)
            throws SandboxException {
        LOG.log(Level.DEBUG, "A booted runtime has ended before it was needed: {0}", why.getMessage());
        // It may be about to end still.
        booted.takeProcess().close();
        return launched(environment);
    }

    private void launch() {
        var environment = variables.apply(resources);
        processes.start(() -> launched(environment));
    }

    /// Blocks.
    private StartResult launched(Map<String, String> environment) throws SandboxException {
        return switch (resources.entrypoint(memory, environment)) {
            case Entrypoint.Command command ->
                new StartResult.Started(resources.sandbox().start(process(command, environment)));
            case Entrypoint.Missing(var why) -> new StartResult.NothingToStart(new SandboxProcess.Exit.NotStarted(why));
        };
    }

    /// A wrapper of the function's own may start anything, so nothing of ours is lent to it.
    private ProcessSpec process(Entrypoint.Command command, Map<String, String> environment) {
        boolean channel = !command.wrapped() && resources.runtime().channel() == ChannelUse.RUNTIME_API;
        return new ProcessSpec(command.words(), environment, "/var/task", channel);
    }

    private final class ProcessEvents implements RuntimeProcesses.Listener {
        @Override
        public void started(SandboxProcess process) {
            process.takeChannel().ifPresent(listeners::adopt);
        }

        @Override
        public void exited(SandboxProcess.Exit exit) {
            listeners.hearLastWords(() -> {
                listeners.endSession();
                listener.exited(exit);
            });
        }

        @Override
        public void notStarted(Throwable why) {
            listener.notStarted(why);
        }
    }

    /// The environment may be frozen if nothing happens.
    void idleSince(long nanos) {
        freezer.idleSince(nanos);
    }

    void thaw() {
        freezer.thaw();
    }

    /// Restores a runtime that waits for that.
    ///
    /// @return false if it does not wait
    boolean restore() {
        return listeners.restore();
    }

    void offer(InvocationEvent event) {
        listeners.offer(event);
    }

    /// Logs all that the runtime has written until now.
    void drainOutput() {
        processes.drainOutput();
    }

    /// Ends the runtime by force: `exited` follows.
    void kill() {
        listeners.muteSession();
        processes.kill();
    }

    /// Hears no more of the runtime.
    ///
    /// @param then called when its sandbox may be removed
    void close(Runnable then) {
        freezer.close();
        listeners.close();
        processes.close(then);
    }

    /// The sandbox is gone, and its processes with it.
    void release() {
        guard.run(listeners::endSession);
        processes.release();
    }
}
