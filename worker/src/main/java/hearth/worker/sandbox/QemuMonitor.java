package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import hearth.worker.linux.OpenFiles;
import hearth.worker.linux.TapDevice;
import hearth.worker.microvm.Fingerprint;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.Qemu;
import hearth.worker.microvm.QemuCommand;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// QEMU as the monitor of microVMs.
///
/// The process of each machine runs as a function of a sandbox of namespaces does: the launcher gives it a user
/// of its own, cgroups, and namespaces without a network and with nothing of the host but its programs. What it
/// is to read and write it gets as descriptors.
final class QemuMonitor implements MachineMonitor {
    /// What QEMU takes besides the machine's memory: with KVM, and what translating instructions takes more.
    private static final int MEBIBYTES = 96;

    private static final int TRANSLATOR_MEBIBYTES = 128;

    /// What comes before a kernel's code: its boot sector and the program behind that, 32 KiB at most.
    private static final int KERNEL_HEADER = 128 << 10;

    /// Changes with what is done to a machine before its snapshot.
    private static final String FORMAT = "2";

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Qemu qemu;
    private final Path kernelFile;
    private final Path initramfsFile;
    private final int kernel;
    private final int kernelHeader;
    private final int initramfs;
    private final int library;
    private final List<String> kernelWords;
    private final MonitorLauncher launcher;

    /// @throws IOException if this host has no QEMU, in words for users
    static QemuMonitor make(Parts parts) throws IOException, SandboxException {
        var qemu = Qemu.find(parts.config().launcher());
        return new QemuMonitor(qemu, parts, parts.initramfs(GuestStreams.PORTS), List.of());
    }

    /// @param kernelWords more of them for the kernel's command line
    QemuMonitor(Qemu qemu, Parts parts, Path initramfs, List<String> kernelWords) throws SandboxException {
        this.qemu = qemu;
        this.kernelWords = List.copyOf(kernelWords);
        this.kernelFile = parts.kernel().image();
        this.initramfsFile = initramfs;
        try {
            this.kernel = opened(kernelFile);
            this.kernelHeader = header(kernelFile);
            this.initramfs = opened(initramfs);
            this.library = library(parts.config().launcher().resolveSibling("monitor.so"));
            var nothing = opened(Path.of("/dev/null"));
            var root = root(parts.launcher(), parts.config().directory(), nothing);
            undo.push(() -> Descriptors.close(root));
            this.launcher = new MonitorLauncher(parts.launcher(), parts.initUid(), nothing, root);
        } catch (IOException e) {
            close();
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        } catch (SandboxException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /// All that QEMU asks of the kernel of a machine that has it in its memory already, which so does not take it
    /// up once more.
    private int header(Path kernel) throws IOException {
        try (var file = Files.newInputStream(kernel)) {
            return shared(file.readNBytes(KERNEL_HEADER));
        }
    }

    /// What QEMU loads before its own libraries (`guest/monitor`). A file that its user may not read it would do
    /// without, and say so to nobody.
    private int library(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("there is no library for QEMU at " + file);
        }
        return shared(Files.readAllBytes(file));
    }

    /// All monitors that make copies have it, and none may change what the next one reads.
    private int shared(byte[] content) throws IOException {
        var file = MemoryFile.of(content);
        undo.push(file::close);
        file.seal();
        return file.fd();
    }

    private int opened(Path file) throws LinuxException {
        var fd = Descriptors.open(file);
        undo.push(() -> Descriptors.close(fd));
        return fd;
    }

    private int root(Launcher launcher, Path directory, int nothing) throws IOException, SandboxException {
        var scratch = Files.createDirectories(directory.resolve("root"));
        var words = new LaunchWords().add("template", scratch.toAbsolutePath());
        new TemplateRoot(List.of(), List.of()).addTo(words);
        if (isAccelerated()) {
            words.add("device", Qemu.KVM, Qemu.KVM);
        }
        var launched = launcher.launch(words, Map.of(0, nothing, 1, nothing, 2, nothing));
        Descriptors.close(launched.status());
        return launched.mounts();
    }

    private boolean isAccelerated() {
        return qemu.accelerator() == Qemu.Accelerator.KVM;
    }

    @Override
    public String name() {
        return "QEMU (%s)".formatted(qemu.accelerator().label());
    }

    @Override
    public Microvm launch(MachineSpec spec) throws SandboxException {
        try (var tap = spec.network().attach();
                var own = new HeldParts()) {
            return switch (spec.origin()) {
                case Origin.Booted _ -> launch(spec, tap, booting(spec, own), null, own);
                case Origin.Template(var size) -> template(spec, tap, booting(spec, own), MemoryFile.ofSize(size), own);
                case Origin.Derived(var snapshot) -> {
                    var command = command(spec, reopened(kernelHeader, own)).incoming();
                    yield template(spec, tap, command, snapshot.memory().copy(snapshot.size()), own);
                }
                case Origin.Copied(var _, var snapshot) -> {
                    var command = command(spec, reopened(kernelHeader, own))
                            .memory(reopened(snapshot.memory().fd(), own), false)
                            .preload(reopened(library, own))
                            .incoming();
                    yield launch(spec, tap, command, null, own);
                }
            };
        } catch (LinuxException e) {
            throw new SandboxException("a machine's files: " + e.getMessage(), e);
        }
    }

    private QemuCommand booting(MachineSpec spec, HeldParts own) throws LinuxException {
        return command(spec, reopened(kernel, own)).initramfs(reopened(initramfs, own));
    }

    /// What other monitors read, too, each reads by an opening of its own: flags that one sets are no other's.
    private static int reopened(int file, HeldParts own) throws LinuxException {
        var again = Descriptors.open(OpenFiles.path(file));
        own.hold(again);
        return again;
    }

    private Microvm template(MachineSpec spec, TapDevice tap, QemuCommand command, MemoryFile memory, HeldParts own)
            throws SandboxException, LinuxException {
        try {
            return launch(spec, tap, command.memory(memory.fd(), true), memory, own);
        } catch (SandboxException | LinuxException | RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private QemuCommand command(MachineSpec spec, int kernel) {
        return new QemuCommand(qemu, spec.memory(), spec.processors(), kernel, kernelWords);
    }

    /// @param memory becomes the machine's
    /// @param own what is held until the monitor has its own descriptors
    private Microvm launch(
            MachineSpec spec, TapDevice tap, QemuCommand command, @Nullable MemoryFile memory, HeldParts own)
            throws SandboxException, LinuxException {
        command.network(tap.fd(), spec.network().hardwareAddress());
        for (var disk : spec.disks()) {
            command.disk(disk.writable() ? disk.file() : reopened(disk.file(), own), disk.writable(), disk.direct());
        }
        if (!(spec.origin() instanceof Origin.Booted)) {
            for (var place = spec.disks().size(); place < MachineDisks.OF_TEMPLATE; place++) {
                command.emptyDisk(place == MachineDisks.TMP);
            }
        }
        return launcher.launch(spec, command, isAccelerated(), memory);
    }

    /// QEMU's version and its processor, the kernel and the first root, with KVM the host's kernel. Of the words
    /// for the guest's kernel only the measured speed of the processor's clock is left out, which never comes out
    /// the same.
    @Override
    public Optional<String> snapshotsAreOf() throws IOException {
        if (!kernelWords.isEmpty()) {
            // Its guests speak by streams of their own, which no snapshot would keep open.
            return Optional.empty();
        }
        var print = new Fingerprint(true);
        print.add(FORMAT);
        print.add(qemu.program().toRealPath(), List.of());
        print.add(kernelFile.toRealPath(), List.of());
        print.add(new String(Files.readAllBytes(initramfsFile), StandardCharsets.ISO_8859_1));
        var fixed = new Qemu(qemu.program(), qemu.accelerator(), 0);
        print.add(new QemuCommand(fixed, Bytes.mebibytes(1), 1, kernel, kernelWords)
                .words()
                .toString());
        if (isAccelerated()) {
            // KVM's part of a machine's state is the host kernel's.
            print.add(Files.readString(Path.of("/proc/version")));
        }
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            lines.filter(line -> line.startsWith("model name") || line.startsWith("flags"))
                    .distinct()
                    .forEach(print::add);
        }
        return Optional.of(print.text());
    }

    @Override
    public GuestPatience patience() {
        return GuestPatience.of(qemu.accelerator());
    }

    @Override
    public Bytes overhead() {
        return Bytes.mebibytes(MEBIBYTES + (isAccelerated() ? 0 : TRANSLATOR_MEBIBYTES));
    }

    @Override
    public int slowness() {
        return qemu.accelerator().slowness();
    }

    @Override
    public List<String> shortcomings() {
        return isAccelerated()
                ? List.of()
                : List.of("MICROVMS ARE SLOW: QEMU emulates their processors, because " + Qemu.KVM
                        + " cannot be used here");
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
    }
}
