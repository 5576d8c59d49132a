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
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
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
        void notStarted(Exception why);
    }

    private final EnvironmentResources resources;
    private final Bytes memory;
    private final Function<EnvironmentResources, Map<String, String>> variables;
    private final IoEventLoop loop;
    private final Executor onLoop;
    private final Executor blocking;
    private final FunctionLog log;
    private final Listener listener;
    private final RuntimeApiServer server;
    private final EnvironmentServices services;
    private final IdleFreezer freezer;
    private final PeakMemory peakMemory;
    private @Nullable RuntimeSession session;
    private @Nullable RuntimeProcess process;
    /// Whether a process is being started elsewhere, and what is to be done when it is.
    private boolean starting;
    private boolean unwanted;
    private @Nullable Runnable onceStarted;

    /// @param memory of the function
    /// @param services what answers inside the sandbox besides the Runtime API; closed with the runtime
    /// @param variables that a process is started with
    /// @param onLoop has a step done on the loop, and sees to its failure
    HostedRuntime(
            EnvironmentResources resources,
            Bytes memory,
            Function<EnvironmentResources, Map<String, String>> variables,
            EnvironmentHost host,
            IoEventLoop loop,
            EnvironmentServices services,
            Executor onLoop,
            FunctionLog log,
            Listener listener) {
        this.resources = resources;
        this.memory = memory;
        this.variables = variables;
        this.loop = loop;
        this.services = services;
        this.onLoop = onLoop;
        this.blocking = host.blocking();
        this.log = log;
        this.listener = listener;
        this.server = RuntimeApiServer.listen(resources.sandbox().runtimeApiSocket(), loop);
        this.freezer =
                new IdleFreezer(resources.sandbox(), loop, host.settings().freezeDelay());
        this.peakMemory = new PeakMemory(resources.sandbox());
    }

    EnvironmentResources resources() {
        return resources;
    }

    /// Starts the runtime for the first time: one that is up already, if there is one.
    void start() {
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
        server.serve(session);
        unwanted = false;
    }

    /// The runtime is up already, and hears which function it serves.
    private void assign(BootedRuntime booted) {
        try {
            booted.assign(variables.apply(resources));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A booted runtime has ended before it was needed: {0}", e.getMessage());
            starting = true;
            var ended = booted.takeProcess();
            blocking.execute(() -> {
                // It may be about to end still.
                ended.close();
                onLoop.execute(() -> {
                    starting = false;
                    if (onceStarted != null) {
                        onceStarted.run();
                    } else {
                        launch();
                    }
                });
            });
            return;
        }
        process = new RuntimeProcess(loop, booted.takeProcess(), log, this::exited);
        var channel = booted.takeChannel();
        if (resources.runtime().channel() == ChannelUse.RUNTIME_API) {
            channel.ifPresent(server::adopt);
        } else {
            channel.ifPresent(Descriptors::close);
        }
    }

    private void launch() {
        starting = true;
        var environment = variables.apply(resources);
        blocking.execute(() -> {
            try {
                switch (resources.entrypoint(memory, environment)) {
                    case Entrypoint.Command command -> {
                        var started = resources.sandbox().start(process(command, environment));
                        onLoop.execute(() -> started(started));
                    }
                    case Entrypoint.Missing(var why) ->
                        onLoop.execute(() -> nothingToStart(new SandboxProcess.Exit.NotStarted(why)));
                }
            } catch (SandboxException | RuntimeException e) {
                onLoop.execute(() -> notStarted(e));
            }
        });
    }

    /// A wrapper of the function's own may start anything, so nothing of ours is lent to it.
    private ProcessSpec process(Entrypoint.Command command, Map<String, String> environment) {
        boolean channel = !command.wrapped() && resources.runtime().channel() == ChannelUse.RUNTIME_API;
        return new ProcessSpec(command.words(), environment, "/var/task", channel);
    }

    private void started(SandboxProcess started) {
        starting = false;
        process = new RuntimeProcess(loop, started, log, this::exited);
        if (onceStarted != null) {
            onceStarted.run();
        } else if (unwanted) {
            process.kill();
        } else {
            started.takeChannel().ifPresent(server::adopt);
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

    private void notStarted(Exception why) {
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
        server.serve(null);
        if (session != null) {
            session.mute();
        }
    }

    private void endSession() {
        server.serve(null);
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
        muteSession();
        server.close();
        services.close();
        if (starting) {
            onceStarted = then;
        } else {
            then.run();
        }
    }

    /// The sandbox is gone, and its processes with it.
    void release() {
        endSession();
        if (process != null) {
            process.close();
            process = null;
        }
    }
}
