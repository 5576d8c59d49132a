package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.worker.endpoints.EnvironmentServices;
import hearth.worker.linux.Descriptors;
import hearth.worker.logs.FunctionLog;
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

/// The runtime of one environment in its sandbox, however often it is started: its process, and its conversation with
/// us over the Runtime API.
///
/// Used on the environment's event loop. Starting a process blocks, and is done elsewhere; what is asked for meanwhile
/// is done when that comes back.
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
    private final IoEventLoop loop;
    private final Guard guard;
    private final Executor blocking;
    private final FunctionLog log;
    private final Listener listener;
    private final Function<Sandbox, EnvironmentServices> listen;
    private final IdleFreezer freezer;
    private final PeakMemory peakMemory;
    /// Null before the first start, as are the services.
    private @Nullable RuntimeApiServer server;

    private @Nullable EnvironmentServices services;
    private @Nullable RuntimeSession session;
    private @Nullable RuntimeProcess process;
    /// Whether a process is being started elsewhere, and what is to be done when it is.
    private boolean starting;
    private boolean unwanted;
    private @Nullable Runnable onceStarted;

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
        this.log = log;
        this.listener = listener;
        this.freezer = new IdleFreezer(
                resources.sandbox(), loop, guard, host.settings().freezeDelay());
        this.peakMemory = new PeakMemory(resources.sandbox());
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
        session = new RuntimeSession(listener);
        serve(session);
        unwanted = false;
    }

    /// The runtime is up already, and hears which function it serves.
    private void assign(BootedRuntime booted) {
        try {
            booted.assign(variables.apply(resources));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A booted runtime has ended before it was needed: {0}", e.getMessage());
            var ended = booted.takeProcess();
            elsewhere(() -> {
                // It may be about to end still.
                ended.close();
                return this::launch;
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
        var environment = variables.apply(resources);
        elsewhere(() -> switch (resources.entrypoint(memory, environment)) {
            case Entrypoint.Command command -> {
                var started = resources.sandbox().start(process(command, environment));
                yield () -> started(started);
            }
            case Entrypoint.Missing(var why) -> () -> nothingToStart(new SandboxProcess.Exit.NotStarted(why));
        });
    }

    /// Has done what blocks, and on the loop what follows of it.
    private void elsewhere(Callable<Runnable> work) {
        blocking.execute(() -> {
            Runnable next;
            try {
                next = work.call();
            } catch (Throwable e) {
                next = () -> notStarted(e);
            }
            guard.later(next);
        });
        starting = true;
    }

    private void watch(SandboxProcess started) {
        process = new RuntimeProcess(loop, guard, started, log, this::exited);
        process.watch();
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

    private void started(SandboxProcess started) {
        starting = false;
        if (onceStarted != null) {
            // Its sandbox is removed, and it with it.
            process = new RuntimeProcess(loop, guard, started, log, this::exited);
            onceStarted.run();
            return;
        }
        watch(started);
        if (unwanted) {
            started.kill();
        } else {
            started.takeChannel().ifPresent(this::adopt);
        }
    }

    /// As if a process had ended before it began.
    private void nothingToStart(SandboxProcess.Exit.NotStarted why) {
        starting = false;
        if (onceStarted != null) {
            onceStarted.run();
        } else {
            exited(why);
        }
    }

    private void notStarted(Throwable why) {
        starting = false;
        if (onceStarted != null) {
            onceStarted.run();
        } else {
            listener.notStarted(why);
        }
    }

    private void exited(SandboxProcess.Exit exit) {
        process = null;
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
        if (process != null) {
            process.drainOutput();
        }
    }

    /// How much memory the sandbox took at most until the end of an invocation.
    Bytes peakMemory(Duration invocation, long nanos) {
        return peakMemory.after(invocation, nanos);
    }

    /// Ends the runtime by force: `exited` follows.
    void kill() {
        muteSession();
        unwanted = true;
        if (process != null) {
            process.kill();
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
        if (starting) {
            onceStarted = then;
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
        if (process != null) {
            guard.run(process::close);
            process = null;
        }
    }
}
