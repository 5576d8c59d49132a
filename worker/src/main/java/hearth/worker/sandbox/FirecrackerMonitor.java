package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.TapDevice;
import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.Qemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Firecracker as the monitor of microVMs, in the jail that its own jailer makes: a root with nothing in it but the
/// machine's files, a user of its own, and a network namespace in which there is nothing once the machine runs.
/// Machines need KVM.
final class FirecrackerMonitor implements MachineMonitor {
    /// What a process takes besides the machine's memory.
    private static final int MEBIBYTES = 32;

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Firecracker firecracker;
    private final FirecrackerLauncher launcher;

    /// @throws IOException if this host has no Firecracker that can be used, in words for users
    static FirecrackerMonitor make(Parts parts) throws IOException, SandboxException {
        var firecracker = Firecracker.find(parts.config().microvm());
        Firecracker.requireKvm();
        parts.kernel().require(GuestStreams.VSOCK);
        return new FirecrackerMonitor(firecracker, parts, FirecrackerLauncher.Patience.USUAL);
    }

    FirecrackerMonitor(Firecracker firecracker, Parts parts, FirecrackerLauncher.Patience patience) throws IOException {
        this.firecracker = firecracker;
        var directory = Files.createDirectories(parts.config().directory());
        var elf = directory.resolve("vmlinux");
        parts.kernel().uncompress(elf);
        Files.setPosixFilePermissions(elf, PosixFilePermissions.fromString("r--r--r--"));
        try {
            this.launcher = new FirecrackerLauncher(
                    firecracker,
                    Files.createDirectories(directory.resolve("jails")).toRealPath(),
                    parts.launcher().spawner(),
                    patience,
                    opened(Path.of("/dev/null")),
                    opened(elf),
                    opened(parts.initramfs(GuestStreams.VSOCK)));
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private int opened(Path file) throws LinuxException {
        var fd = Descriptors.open(file);
        undo.push(() -> Descriptors.close(fd));
        return fd;
    }

    @Override
    public String name() {
        return "Firecracker " + firecracker.version();
    }

    /// The device is made where Firecracker opens it, and moves to the sandbox's namespace from under it, before the
    /// guest runs: so Firecracker itself is nowhere where there is a network.
    @Override
    public Microvm launch(MachineSpec spec) throws SandboxException {
        try (var namespace = NetworkNamespace.create()) {
            namespace.call(() -> {
                TapDevice.makeFor(MicrovmNetwork.TAP, spec.network().own().uid());
                return spec;
            });
            return launcher.launch(spec, namespace);
        } catch (IOException e) {
            throw new SandboxException("Firecracker: " + e.getMessage(), e);
        }
    }

    @Override
    public GuestPatience patience() {
        return GuestPatience.of(Qemu.Accelerator.KVM);
    }

    @Override
    public Bytes overhead() {
        return Bytes.mebibytes(MEBIBYTES);
    }

    @Override
    public int slowness() {
        return Qemu.Accelerator.KVM.slowness();
    }

    @Override
    public List<String> shortcomings() {
        return List.of();
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
    }
}
