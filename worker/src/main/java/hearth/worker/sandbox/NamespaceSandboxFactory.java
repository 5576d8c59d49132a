package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Spawner;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Makes sandboxes of namespaces and cgroups. Needs root and the launcher.
final class NamespaceSandboxFactory implements SandboxFactory {
    private static final Logger log = System.getLogger(NamespaceSandboxFactory.class.getName());

    /// Lambda's limit of processes and threads together.
    private static final int PROCESSES = 1024;

    private final Spawner spawner = new Spawner();
    private final Launcher launcher;
    private final Cgroups cgroups;
    private final UidRange uids;
    private final Slots slots;
    private final TmpStorage tmp;
    private final SandboxNetwork network;
    private final PrivateNetworks networks;
    private final int nothing;
    private final int template;

    NamespaceSandboxFactory(SandboxConfig config, TmpStorage tmp) throws SandboxException {
        this.launcher = new Launcher(config.launcher(), spawner);
        this.cgroups = new Cgroups(CgroupMounts.ofThisHost(), config.instance().name());
        this.tmp = tmp;
        var shared = shared();
        this.uids = UidRange.claim(shared, config.instance().name());
        this.slots = new Slots(uids);
        this.network = network(config, shared);
        try {
            this.nothing = Descriptors.open(Path.of("/dev/null"));
            this.template = buildTemplate(config.directory());
        } catch (IOException e) {
            closeShared();
            throw new SandboxException("the template root: " + e.getMessage(), e);
        } catch (SandboxException e) {
            closeShared();
            throw e;
        }
        this.networks = new PrivateNetworks(network, slots);
    }

    private static Path shared() throws SandboxException {
        try {
            return Instance.shared();
        } catch (IOException e) {
            throw new SandboxException("no place for locks: " + e.getMessage(), e);
        }
    }

    private static SandboxNetwork network(SandboxConfig config, Path shared) {
        if (config.network().internet()) {
            try {
                return new InternetNetwork(config.instance(), config.network(), shared);
            } catch (SandboxException e) {
                log.log(Level.WARNING, "FUNCTIONS REACH NO NETWORK: {0}", e.getMessage());
            }
        }
        return new SandboxNetwork.LoopbackOnly();
    }

    private int buildTemplate(Path directory) throws IOException, SandboxException {
        var scratch = Files.createDirectories(directory.resolve("root"));
        var words = new LaunchWords().add("template", scratch.toAbsolutePath());
        new TemplateRoot(network.nameServers()).addTo(words);
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
            var cgroup = cgroups.create(spec.name(), spec.memory(), spec.milliCpus(), PROCESSES);
            return new GuardedSandbox(new NamespaceSandbox(this, spec, own, cgroup));
        } catch (SandboxException e) {
            own.discard();
            slots.giveBack(own.uid());
            throw e;
        }
    }

    PrivateNetworks networks() {
        return networks;
    }

    Launcher launcher() {
        return launcher;
    }

    TmpStorage tmp() {
        return tmp;
    }

    Cgroups cgroups() {
        return cgroups;
    }

    int initUid() {
        return slots.initUid();
    }

    /// A descriptor of `/dev/null`.
    int nothing() {
        return nothing;
    }

    /// A descriptor of the mount namespace that each sandbox starts from.
    int template() {
        return template;
    }

    void giveBack(int uid) {
        slots.giveBack(uid);
    }

    @Override
    public void close() {
        networks.close();
        Descriptors.close(template);
        Descriptors.close(nothing);
        closeShared();
    }

    private void closeShared() {
        network.close();
        cgroups.close();
        spawner.close();
        if (slots.areFree()) {
            uids.forget();
        }
        uids.close();
    }
}
