package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.worker.endpoints.EnvironmentServices;
import hearth.worker.runtimeapi.InvocationEvent;
import hearth.worker.runtimeapi.RuntimeApiServer;
import hearth.worker.runtimeapi.RuntimeListener;
import hearth.worker.runtimeapi.RuntimeSession;
import hearth.worker.sandbox.Sandbox;
import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What listens inside an environment's sandbox: the Runtime API, with the session of the process that runs, and the
/// services that functions reach.
///
/// Used on the environment's event loop.
final class SandboxListeners {
    /// What a process has written is there when it has ended, and is read in less than a millisecond. Longer takes what
    /// goes on to a slow caller, and connections that a child of the process holds open.
    private static final Duration LAST_WORDS = Duration.ofMillis(250);

    private final EnvironmentSpec spec;
    private final Sandbox sandbox;
    private final EnvironmentSettings settings;
    private final IoEventLoop loop;
    private final Guard guard;
    private final RuntimeListener listener;
    /// Null before they are opened, as are the services.
    private @Nullable RuntimeApiServer server;

    private @Nullable EnvironmentServices services;
    /// Null while no process runs.
    private @Nullable RuntimeSession session;

    /// @param listener hears what the runtime says
    SandboxListeners(
            EnvironmentSpec spec,
            Sandbox sandbox,
            EnvironmentSettings settings,
            IoEventLoop loop,
            Guard guard,
            RuntimeListener listener) {
        this.spec = spec;
        this.sandbox = sandbox;
        this.settings = settings;
        this.loop = loop;
        this.guard = guard;
        this.listener = listener;
    }

    void open() {
        server = RuntimeApiServer.listen(sandbox.runtimeApiSocket(), loop);
        var reach = settings.reach();
        services = EnvironmentServices.listen(
                sandbox.serviceSockets(),
                reach.endpoints(),
                connection -> reach.entrance().enter(connection, loop, spec),
                reach.relays(),
                loop);
    }

    /// A process is about to start: connections are its own from now on.
    void beginSession() {
        session = new RuntimeSession(listener, settings.memory(), spec.maxConcurrency(), spec.isSnapStart());
        serve(session);
    }

    /// Takes over a connection that the process was born with.
    void adopt(int channel) {
        if (server != null) {
            server.adopt(channel);
        }
    }

    boolean restore() {
        return session != null && session.restore();
    }

    void offer(InvocationEvent event) {
        if (session != null) {
            session.offer(event);
        }
    }

    /// The process is to end: nothing that it says counts any more.
    void muteSession() {
        serve(null);
        if (session != null) {
            session.mute();
        }
    }

    /// The process has ended: hears what it said before, for a short time.
    ///
    /// @param then called once all is heard, or the session is muted; not if it is ended before
    void hearLastWords(Runnable then) {
        var ending = session;
        if (ending == null) {
            then.run();
            return;
        }
        var late = loop.schedule(guard.around(ending::stopHearing), LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
        ending.hearLastWords(() -> {
            var _ = late.cancel(false);
            loop.execute(guard.around(() -> {
                if (session == ending) {
                    then.run();
                }
            }));
        });
    }

    /// The process has ended.
    void endSession() {
        serve(null);
        if (session != null) {
            session.end();
            session = null;
        }
    }

    private void serve(@Nullable RuntimeSession session) {
        if (server != null) {
            server.serve(session);
        }
    }

    /// Hears no more of the runtime.
    void close() {
        guard.run(this::muteSession);
        guard.run(this::closeSockets);
    }

    private void closeSockets() {
        if (server == null) {
            sandbox.closeSockets();
            return;
        }
        server.close();
        if (services != null) {
            services.close();
        }
    }
}
