package hearth.server;

import hearth.server.api.ControlSwitch;
import hearth.server.api.Health;
import hearth.server.http.HttpListener;
import hearth.worker.sandbox.SandboxKind;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A running server: every role of this process, from the listener down to the sandboxes.
public final class Hearth implements AutoCloseable {
    public static final String VERSION = "0.1.0";

    private static final System.Logger LOG = System.getLogger(Hearth.class.getName());

    private final AtomicBoolean closed = new AtomicBoolean();
    private final StartedParts parts;
    private final HttpListener listener;
    private final Health health;
    private final ControlSwitch control;
    private final Optional<SandboxKind> sandbox;
    private final ServerFile file;
    private final Duration drain;

    /// @param parts all that is to be closed, the listener too
    /// @param sandbox empty where no functions run
    /// @param drain how long requests in hand may take once the server is told to stop
    Hearth(
            StartedParts parts,
            HttpListener listener,
            Health health,
            ControlSwitch control,
            Optional<SandboxKind> sandbox,
            ServerFile file,
            Duration drain) {
        this.parts = parts;
        this.listener = listener;
        this.health = health;
        this.control = control;
        this.sandbox = sandbox;
        this.file = file;
        this.drain = drain;
    }

    /// Starts a server. When this returns, it answers.
    public static Hearth start(ServerConfig config) throws StartException {
        var parts = new StartedParts();
        try {
            RoleCheck.check(config);
            var clock = InstantSource.system();
            var random = SharedRandom.seeded();
            return !config.cluster().join().isEmpty()
                    ? new WorkerStartup(config, parts, clock, random).run()
                    : new ServerStartup(config, parts, clock, random).run();
        } catch (StartException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /// The address at which the API is served.
    public InetSocketAddress address() {
        return listener.address();
    }

    /// The same as a URL.
    public String url() {
        return url(address());
    }

    static String url(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return "http://" + (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":"
                + address.getPort();
    }

    /// The kind of sandbox in use; empty where no functions run.
    public Optional<SandboxKind> sandbox() {
        return sandbox;
    }

    /// Stops the control plane alone: its operations are refused, and invocations go on.
    public void stopControlPlane() {
        control.stop();
    }

    /// Tells load balancers to go elsewhere, accepts nothing more, lets what runs come to its end for a while, and
    /// leaves nothing behind. Safe to repeat.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LOG.log(Level.DEBUG, "waiting for the last answers");
            file.stopping();
            health.awaitWatchers(drain);
            listener.drain(drain);
            parts.close();
        }
    }
}
