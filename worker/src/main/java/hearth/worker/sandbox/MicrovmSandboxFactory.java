package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import hearth.worker.microvm.GuestImages;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.sandbox.GuestWords.GuestMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Makes sandboxes that are microVMs. Needs root, the launcher, a monitor of machines, a guest kernel and a maker of
/// images.
final class MicrovmSandboxFactory implements SandboxFactory {
    private static final Logger log = System.getLogger(MicrovmSandboxFactory.class.getName());

    /// Lambda's limit of processes and threads together.
    private static final int PROCESSES = 1024;

    /// Of the monitor.
    private static final int MONITOR_THREADS = 128;

    /// What the kernel inside takes for itself, and what it needs to manage each page.
    private static final int KERNEL_MEBIBYTES = 96;

    private static final int PAGES_PER_PAGE_OF_TABLES = 32;

    private static final int MILLI = 1000;
    private static final int MOST_KNOWN_IMAGES = 4096;

    private final Spawner spawner = new Spawner();
    private final ScheduledExecutorService killers = Executors.newScheduledThreadPool(
            1, Thread.ofPlatform().daemon().name("microvm-killer-", 0).factory());
    private final ConcurrentMap<Path, Path> imageOf = new ConcurrentHashMap<>();
    private final Disposal disposal = new Disposal();
    private final Deque<Runnable> undo = new ArrayDeque<>();

    private final InnerServices services;
    private final GuestImages ownImages;
    private final HostShare share;
    private final TmpImages tmp;
    private final PrivateNetworks networks;
    private final byte[] template;
    private final int root;
    private final MachineMonitor monitor;

    /// @param making of what runs the machines
    MicrovmSandboxFactory(SandboxConfig config, TmpImages tmp, MachineMonitor.Making making) throws SandboxException {
        var launcher = new Launcher(config.launcher(), spawner);
        this.services = config.services();
        this.tmp = tmp;
        undo.push(spawner::close);
        undo.push(killers::shutdownNow);
        try {
            var kernel = GuestKernel.in(config.microvm().kernel());
            var hostImages = GuestImages.in(config.microvm().images());
            this.share = HostShare.take(config, SandboxNetwork.Addressing.BEHIND);
            undo.push(share::close);
            this.root = opened(hostImages.host(hostPlaces()));
            this.ownImages = GuestImages.in(config.directory().resolve("images"));
            this.monitor = making.make(new MachineMonitor.Parts(
                    config, launcher, kernel, share.slots().initUid()));
            undo.push(monitor::close);
            this.template = GuestWords.template(new TemplateRoot(share.network().nameServers(), services.hostNames()));
            this.networks = new PrivateNetworks(share.network(), share.slots(), MicrovmNetwork.listening(services));
            undo.push(networks::close);
        } catch (IOException e) {
            undoAll();
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        } catch (SandboxException | RuntimeException | Error e) {
            undoAll();
            throw e;
        }
    }

    private int opened(Path file) throws LinuxException {
        var fd = Descriptors.open(file);
        undo.push(() -> Descriptors.close(fd));
        return fd;
    }

    /// What sandboxes of namespaces see of the host.
    private static List<Path> hostPlaces() {
        return Stream.of(
                        Stream.of(Path.of("/usr")),
                        TemplateRoot.MERGED.stream()
                                .map(name -> Path.of("/", name))
                                .filter(path -> Files.isDirectory(path) && !Files.isSymbolicLink(path)),
                        TemplateRoot.hostFiles().stream())
                .flatMap(paths -> paths)
                .toList();
    }

    /// What could not be had and is done without, for the log.
    List<String> shortcomings() {
        return Stream.concat(share.shortcomings().stream(), monitor.shortcomings().stream())
                .toList();
    }

    String monitorName() {
        return monitor.name();
    }

    @Override
    public SandboxKind kind() {
        return SandboxKind.MICROVM;
    }

    GuestPatience patience() {
        return monitor.patience();
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        var own = networks.take();
        try {
            var size = size(spec);
            var cgroup =
                    share.cgroups().create(spec.name(), size.ofMonitor(), size.processors() * MILLI, MONITOR_THREADS);
            try {
                return create(spec, own, cgroup, size);
            } catch (SandboxException | RuntimeException | Error e) {
                cgroup.kill();
                cgroup.close();
                throw e;
            }
        } catch (SandboxException | RuntimeException | Error e) {
            networks.discard(own);
            throw e;
        }
    }

    /// How large a machine is that has so much for its programs.
    ///
    /// @param machine its memory
    /// @param ofMonitor the limit of the monitor, whose the machine's memory is
    record Size(Bytes machine, Bytes ofMonitor, int processors) {}

    private Size size(SandboxSpec spec) {
        var function = spec.memory().toMebibytes();
        var machine = function + KERNEL_MEBIBYTES + function / PAGES_PER_PAGE_OF_TABLES;
        var ofMonitor = machine + monitor.overhead().toMebibytes();
        var wanted = (spec.milliCpus() + MILLI - 1) / MILLI;
        var processors = Math.clamp(wanted, 1, Runtime.getRuntime().availableProcessors());
        return new Size(Bytes.mebibytes(machine), Bytes.mebibytes(ofMonitor), processors);
    }

    private Sandbox create(SandboxSpec spec, PrivateNetwork own, Cgroup cgroup, Size size) throws SandboxException {
        try (var parts = new HeldParts()) {
            var network = MicrovmNetwork.behind(own);
            var disks = new MachineDisks();
            disks.add(root, false);
            var tmpFile = tmp.copy(spec.ephemeralStorage());
            parts.hold(tmpFile);
            var tmpDisk = disks.add(tmpFile, true);
            var images = new ArrayList<String>();
            var mounts = mounts(spec, disks, parts, images);
            var machine = monitor.launch(
                    new MachineSpec(spec.name(), size.machine(), size.processors(), network, cgroup, disks.all()));
            try {
                var configuration =
                        GuestWords.configuration(network, services, images, tmpDisk, spec.memory(), PROCESSES);
                machine.boot(configuration, template, monitor.patience().boot());
                // Until now it had whole processors: starting would take minutes on the share of a small function.
                share.cgroups().limitCpu(spec.name(), shareOf(spec, size));
                return new GuardedSandbox(new MicrovmSandbox(this, spec, own, cgroup, machine, mounts));
            } catch (SandboxException | RuntimeException | Error e) {
                machine.close();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("a microVM: " + e.getMessage(), e);
        }
    }

    private int shareOf(SandboxSpec spec, Size size) {
        var slowness = monitor.slowness();
        return Math.min(size.processors() * MILLI, spec.milliCpus() * slowness);
    }

    private List<GuestMount> mounts(SandboxSpec spec, MachineDisks disks, HeldParts parts, List<String> images)
            throws IOException {
        var mounts = new ArrayList<GuestMount>();
        for (var mount : spec.mounts()) {
            var there = GuestWords.ofHost(mount.host());
            if (there.isPresent()) {
                mounts.add(new GuestMount(there.get(), mount.inside()));
                continue;
            }
            var image = openImage(mount.host());
            parts.hold(image);
            var disk = disks.add(image, false);
            images.add(disk);
            mounts.add(GuestMount.ofDisk(disk, mount.inside()));
        }
        return mounts;
    }

    /// One that was made room for in the same moment is made anew.
    private int openImage(Path directory) throws IOException {
        var image = imageOf(directory);
        try {
            return Descriptors.open(image);
        } catch (IOException e) {
            if (Files.exists(image)) {
                throw e;
            }
            return Descriptors.open(imageOf(directory));
        }
    }

    /// Files of functions and runtimes do not change where they are: what was looked at once need not be again,
    /// as long as the image is there.
    private Path imageOf(Path directory) throws IOException {
        var real = directory.toRealPath();
        var known = imageOf.get(real);
        if (known != null && GuestImages.isUsed(known)) {
            return known;
        }
        var image = ownImages.directory(real);
        if (imageOf.size() >= MOST_KNOWN_IMAGES) {
            imageOf.clear();
        }
        imageOf.put(real, image);
        return image;
    }

    /// Has a machine's program killed: by its guest, and with the whole machine where that does not do it in time.
    void killing(Microvm machine, BooleanSupplier ended) {
        killers.execute(() -> {
            if (ended.getAsBoolean()) {
                // Another may run by now.
                return;
            }
            if (!machine.killProgram()) {
                machine.kill();
                return;
            }
            var _ = killers.schedule(
                    () -> {
                        if (!ended.getAsBoolean()) {
                            log.log(Level.WARNING, "a guest did not kill its program in time, and is killed itself");
                            machine.kill();
                        }
                    },
                    monitor.patience().kill().toMillis(),
                    TimeUnit.MILLISECONDS);
        });
    }

    /// Gives back what a sandbox leaves.
    void dispose(PrivateNetwork own, Cgroup cgroup, String name) {
        disposal.accept(new Disposal.Leavings() {
            @Override
            public void letGo() {
                own.letGo();
            }

            @Override
            public void remove() {
                own.disconnect();
                if (cgroup.isGone()) {
                    share.slots().giveBack(own.uid());
                } else {
                    log.log(Level.WARNING, "{0} may still live; its user id is not used again", name);
                }
            }
        });
    }

    @Override
    public void close() {
        disposal.close();
        undoAll();
        tmp.close();
    }

    private void undoAll() {
        undo.forEach(Runnable::run);
        undo.clear();
    }
}
