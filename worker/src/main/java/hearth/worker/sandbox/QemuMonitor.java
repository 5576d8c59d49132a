package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.Qemu;
import hearth.worker.microvm.QemuCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// QEMU as the monitor of microVMs.
///
/// The process of each machine runs as a function of a sandbox of namespaces does: the launcher gives it a user
/// of its own, cgroups, and namespaces without a network and with nothing of the host but its programs. What it
/// is to read and write it gets as descriptors.
final class QemuMonitor implements MachineMonitor {
    /// What QEMU takes besides the machine's memory: with KVM, and what translating instructions takes more.
    private static final int MEBIBYTES = 96;

    private static final int TRANSLATOR_MEBIBYTES = 128;

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Qemu qemu;
    private final int kernel;
    private final int initramfs;
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
        try {
            this.kernel = opened(parts.kernel().image());
            this.initramfs = opened(initramfs);
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
        try (var tap = spec.network().attach()) {
            var command = new QemuCommand(qemu, spec.memory(), spec.processors(), kernel, initramfs, kernelWords)
                    .network(tap.fd(), spec.network().hardwareAddress());
            for (var disk : spec.disks()) {
                command.disk(disk.file(), disk.writable());
            }
            return launcher.launch(spec, command, isAccelerated());
        }
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
