package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Spawner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes sandboxes of namespaces and cgroups. Needs root and the launcher.
final class NamespaceSandboxFactory implements SandboxFactory {
    /// Lambda's limit of processes and threads together.
    private static final int PROCESSES = 1024;

    private static final Duration WHILE_STARTING = Duration.ofMillis(200);

    private final Spawner spawner = new Spawner();
    private final Launcher launcher;
    private final HostShare share;
    private final TmpStorage tmp;
    private final PrivateNetworks networks;
    private final Disposal disposal = new Disposal();
    private final int nothing;
    private final int template;

    NamespaceSandboxFactory(SandboxConfig config, TmpStorage tmp) throws SandboxException {
        this.launcher = new Launcher(config.launcher(), spawner);
        this.tmp = tmp;
        this.share = HostShare.take(config, SandboxNetwork.Addressing.OWN);
        var made = new ArrayDeque<Integer>();
        try {
            this.nothing = Descriptors.open(Path.of("/dev/null"));
            made.add(nothing);
            this.template = buildTemplate(config);
            made.add(template);
            this.networks = new PrivateNetworks(share.network(), share.slots(), listening(config.services()));
        } catch (IOException e) {
            made.forEach(Descriptors::close);
            closeShared();
            throw new SandboxException("the template root: " + e.getMessage(), e);
        } catch (SandboxException | RuntimeException | Error e) {
            made.forEach(Descriptors::close);
            closeShared();
            throw e;
        }
    }

    /// The Runtime API's socket, then one for each service.
    private static PrivateNetwork.Listening listening(InnerServices services) {
        var runtimeApi = new InetSocketAddress(PrivateNetwork.address(127, 0, 0, 1), NamespaceSandbox.RUNTIME_API_PORT);
        return new PrivateNetwork.Listening(
                Stream.concat(Stream.of(runtimeApi), services.addresses().stream())
                        .toList(),
                Optional.empty());
    }

    /// What could not be had and is done without, for the log.
    List<String> shortcomings() {
        return share.shortcomings();
    }

    private int buildTemplate(SandboxConfig config) throws IOException, SandboxException {
        var scratch = Files.createDirectories(config.directory().resolve("root"));
        var words = new LaunchWords().add("template", scratch.toAbsolutePath());
        new TemplateRoot(share.network().nameServers(), config.services().hostNames()).addTo(words);
        var launched = launcher.launch(words, Map.of(0, nothing, 1, nothing, 2, nothing));
        Descriptors.close(launched.status());
        return launched.mounts();
    }

    @Override
    public SandboxKind kind() {
        return SandboxKind.NAMESPACES;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        var own = networks.take();
        try {
            var cgroup = share.cgroups().create(spec.name(), spec.memory(), spec.milliCpus(), PROCESSES);
            try {
                return new GuardedSandbox(new NamespaceSandbox(this, spec, own, cgroup));
            } catch (RuntimeException | Error e) {
                cgroup.close();
                throw e;
            }
        } catch (SandboxException | RuntimeException | Error e) {
            networks.discard(own);
            throw e;
        }
    }

    /// Has made ahead what the first sandboxes need, once the server has had time to start. Where a sandbox was made
    /// before, that has begun with it.
    void stockUp() {
        networks.begin(WHILE_STARTING);
        tmp.begin(WHILE_STARTING);
    }

    /// Whether as much of sandboxes is made ahead as is wanted.
    boolean isStocked() {
        return networks.isFull() && tmp.isFull();
    }

    Launcher launcher() {
        return launcher;
    }

    TmpStorage tmp() {
        return tmp;
    }

    Cgroups cgroups() {
        return share.cgroups();
    }

    int initUid() {
        return share.slots().initUid();
    }

    /// A descriptor of `/dev/null`.
    int nothing() {
        return nothing;
    }

    /// A descriptor of the mount namespace that each sandbox starts from.
    int template() {
        return template;
    }

    Disposal disposal() {
        return disposal;
    }

    void giveBack(int uid) {
        share.slots().giveBack(uid);
    }

    @Override
    public void close() {
        disposal.close();
        networks.close();
        tmp.close();
        Descriptors.close(template);
        Descriptors.close(nothing);
        closeShared();
    }

    private void closeShared() {
        share.close();
        spawner.close();
    }
}
