package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import hearth.worker.microvm.Fingerprint;
import hearth.worker.microvm.GuestImages;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.SnapshotStore;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes sandboxes that are microVMs. Needs root, the launcher, a monitor of machines, a guest kernel and a maker of
/// images.
final class MicrovmSandboxFactory implements SandboxFactory {
    private static final Logger log = System.getLogger(MicrovmSandboxFactory.class.getName());

    /// Lambda's limit of processes and threads together.
    private static final int PROCESSES = 1024;

    private final Spawner spawner = new Spawner();
    private final ScheduledExecutorService killers = Executors.newScheduledThreadPool(
            1, Thread.ofPlatform().daemon().name("microvm-killer-", 0).factory());
    private final Disposal disposal = new Disposal();
    private final Deque<Runnable> undo = new ArrayDeque<>();

    private final FunctionImages images;
    private final HostShare share;
    private final TmpImages tmp;
    private final PrivateNetworks networks;
    private final int root;
    private final MachineMonitor monitor;
    private final Machines machines;
    private final MachineConnections connections;
    private final MachinePrograms programs;
    private final MachinePool pool;

    /// @param making of what runs the machines
    MicrovmSandboxFactory(SandboxConfig config, TmpImages tmp, MachineMonitor.Making making) throws SandboxException {
        var launcher = new Launcher(config.launcher(), spawner);
        this.tmp = tmp;
        undo.push(spawner::close);
        undo.push(killers::shutdownNow);
        try {
            var kernel = GuestKernel.in(config.microvm().kernel());
            var hostImages = GuestImages.in(config.microvm().images());
            this.share = HostShare.take(config, SandboxNetwork.Addressing.BEHIND);
            undo.push(share::close);
            var rootImage = hostImages.host(hostPlaces());
            this.root = opened(rootImage);
            this.images = new FunctionImages(GuestImages.in(config.directory().resolve("images")));
            this.monitor = making.make(new MachineMonitor.Parts(
                    config, launcher, kernel, share.slots().initUid()));
            undo.push(monitor::close);
            var template = GuestWords.template(new TemplateRoot(
                    share.network().nameServers(), config.services().hostNames()));
            var snapshots = snapshots(config, rootImage, template);
            this.networks =
                    new PrivateNetworks(share.network(), share.slots(), MicrovmNetwork.listening(config.services()));
            undo.push(networks::close);
            this.machines = new Machines(
                    monitor, share, networks, template, Disk.image(root), snapshots, new MachinesBeingMade());
            this.connections = new MachineConnections(machines, tmp, config.services());
            this.programs = new MachinePrograms(machines, connections, images);
            this.pool = new MachinePool(config.microvm().pool(), machines, connections, programs, System::nanoTime);
            undo.push(pool::close);
        } catch (IOException e) {
            undoAll();
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        } catch (SandboxException | RuntimeException | Error e) {
            undoAll();
            throw e;
        }
    }

    /// Of machines that have this root, and whose programs find this in it.
    private @Nullable MachineSnapshots snapshots(SandboxConfig config, Path rootImage, byte[] template)
            throws IOException {
        var monitors = monitor.snapshotsAreOf();
        if (monitors.isEmpty()) {
            return null;
        }
        var print = new Fingerprint(true);
        print.add(monitors.get());
        print.add(GuestImages.identity(rootImage, root));
        print.add(new String(template, StandardCharsets.UTF_8));
        var store = SnapshotStore.in(config.microvm().snapshots());
        var snapshots = new MachineSnapshots(store, print.text());
        undo.push(snapshots::close);
        return snapshots;
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

    @Override
    public Bytes overhead(Bytes memory) {
        return MachineSize.ofKernel(memory).plus(monitor.overhead());
    }

    GuestPatience patience() {
        return monitor.patience();
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        try (var parts = new HeldParts()) {
            var disks = images.open(spec.mounts(), parts);
            var machine = fitted(spec, disks);
            try {
                // Until now it had whole processors: starting would take minutes on the share of a small function.
                share.cgroups().limitCpu(machine.name(), shareOf(spec.milliCpus(), machine.size()));
                return new GuardedSandbox(new MicrovmSandbox(this, spec, machine, disks.mounts()));
            } catch (IOException | RuntimeException | Error e) {
                machine.close();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("a microVM: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<WaitingSandbox> takeWaiting(SandboxSpec spec, WaitingProgram program, WhenNoneWaits otherwise)
            throws SandboxException {
        var kind = new MachineKind(MachineSize.of(spec), Optional.of(program));
        if (!machines.areCopied() || !MachinePool.has(spec.ephemeralStorage())) {
            return Optional.empty();
        }
        var waited = pool.take(kind);
        var machine = waited.isPresent() ? waited : withProgram(spec, kind.size(), program, otherwise);
        return machine.map(each -> waiting(spec, each, waited.isPresent()));
    }

    private WaitingSandbox waiting(SandboxSpec spec, PreparedMachine machine, boolean waited) {
        return new WaitingSandbox(
                new GuardedSandbox(new MicrovmSandbox(this, spec, machine, List.of())),
                machine.program().orElseThrow(),
                machine.machine()::assign,
                waited);
    }

    private Optional<PreparedMachine> withProgram(
            SandboxSpec spec, MachineSize size, WaitingProgram program, WhenNoneWaits otherwise)
            throws SandboxException {
        return switch (otherwise) {
            case WhenNoneWaits.Copied(var account) ->
                Optional.of(programs.make(spec.name(), size, spec.ephemeralStorage(), program, account));
            case WhenNoneWaits.Started _ -> {
                var spare = pool.spare(size);
                yield Optional.of(programs.start(
                        spare.isPresent() ? spare.get() : connections.make(spec.name(), size, spec.ephemeralStorage()),
                        program));
            }
            case WhenNoneWaits.Nothing _ -> Optional.empty();
        };
    }

    @Override
    public int waiting(SandboxSpec spec, WaitingProgram program) {
        return pool.waiting(new MachineKind(MachineSize.of(spec), Optional.of(program)));
    }

    @Override
    public int waiting() {
        return pool.programs();
    }

    /// How many machines without a program wait for such a sandbox.
    int waiting(SandboxSpec spec) {
        return pool.waiting(MachineKind.empty(MachineSize.of(spec)));
    }

    /// A copy that comes to nothing is replaced by a machine that boots.
    private PreparedMachine fitted(SandboxSpec spec, MachineDisks disks) throws SandboxException {
        var size = MachineSize.of(spec);
        if (machines.areCopied() && disks.fitTemplate()) {
            try {
                return fitted(taken(spec, size), spec, disks);
            } catch (CopyFailedException e) {
                log.log(Level.WARNING, "{0} boots: {1}", spec.name(), e.getMessage());
            }
        }
        return fitted(connections.boot(spec, size, disks), spec, disks);
    }

    private PreparedMachine taken(SandboxSpec spec, MachineSize size) throws SandboxException {
        var waiting = MachinePool.has(spec.ephemeralStorage())
                ? pool.take(MachineKind.empty(size))
                : Optional.<PreparedMachine>empty();
        return waiting.isPresent() ? waiting.get() : connections.make(spec.name(), size, spec.ephemeralStorage());
    }

    private PreparedMachine fitted(PreparedMachine machine, SandboxSpec spec, MachineDisks disks)
            throws SandboxException {
        try {
            fit(machine, spec.memory(), disks);
            return machine;
        } catch (SandboxException e) {
            machine.close();
            throw machines.failed(machine.origin(), e);
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    private void fit(PreparedMachine machine, Bytes memory, MachineDisks disks) throws SandboxException {
        machine.machine()
                .fit(
                        machine.origin() instanceof Origin.Booted ? Map.of() : disks.images(),
                        GuestWords.function(disks, machine.program().isPresent(), memory, PROCESSES),
                        monitor.patience().boot());
        machines.proved(machine);
    }

    /// Makes a machine with a program that waits one of a function.
    void refit(PreparedMachine machine, Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts)
            throws SandboxException {
        try (var parts = new HeldParts()) {
            fit(machine, memory, images.open(mounts, machine.images(), parts));
            share.cgroups().limitCpu(machine.name(), shareOf(milliCpus, machine.size()));
        } catch (SandboxException e) {
            throw machines.failed(machine.origin(), e);
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("a microVM: " + e.getMessage(), e);
        }
    }

    private int shareOf(int milliCpus, MachineSize size) {
        return Math.min(size.milliCpus(), milliCpus * monitor.slowness());
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

    /// It is of use, or never will be.
    void isMade(PreparedMachine machine) {
        machines.making().over(machine.cgroup());
    }

    /// Gives back what a sandbox leaves.
    void dispose(PrivateNetwork own, Cgroup cgroup, String name) {
        disposal.accept(networks.leavings(own, cgroup, name));
    }

    @Override
    public void endMaking() {
        images.endMaking();
        machines.endMaking();
    }

    @Override
    public void close() {
        endMaking();
        // What waits is given back as what was used is.
        pool.close();
        disposal.close();
        undoAll();
        tmp.close();
    }

    private void undoAll() {
        undo.forEach(Runnable::run);
        undo.clear();
    }
}
