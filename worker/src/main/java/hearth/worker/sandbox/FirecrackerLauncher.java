package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MountNamespace;
import hearth.worker.linux.MountNamespace.Attachment;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.OpenFiles;
import hearth.worker.linux.Spawner;
import hearth.worker.linux.UnixSockets;
import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.FirecrackerApi;
import hearth.worker.microvm.JailerCommand;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Starts machines of Firecracker: the jail and what is in it, the process, the requests that make the machine, and the
/// streams that its guest opens.
///
/// @param base the folder of jails
/// @param nothing a descriptor of `/dev/null`
/// @param kernel a descriptor of an ELF file, `initramfs` one of the first root's
record FirecrackerLauncher(
        Firecracker firecracker,
        Path base,
        Spawner spawner,
        Patience patience,
        int nothing,
        int kernel,
        int initramfs) {
    /// How long a process may take.
    ///
    /// @param listening until it listens for requests, which a healthy one does within some ten milliseconds
    /// @param answer with each request
    /// @param guest with each of the two connections of its guest, which comes up before the first
    record Patience(Duration listening, Duration answer, Duration guest) {
        static final Patience USUAL =
                new Patience(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(20));
    }

    /// How soon it is looked again whether the process has ended.
    private static final int LOOK_AGAIN = 5;

    private static final String KERNEL = "vmlinux";
    private static final String INITRAMFS = "initramfs";
    private static final String DISK = "disk";
    private static final String LOG = "log";
    private static final String VSOCK = "v.sock";
    private static final int CONTROL_PORT = 1001;
    private static final int OUTPUT_PORT = 1002;

    /// Any but those that have a meaning: each machine is alone with its host.
    private static final int CONTEXT_ID = 3;

    /// What the process may write besides disks: its log.
    private static final long LEAST_LARGEST_FILE = 1 << 20;

    /// @param namespace in which the machine's device is
    /// @return a machine that runs, and whose guest has opened its streams
    Microvm launch(MachineSpec spec, NetworkNamespace namespace) throws IOException, SandboxException {
        var uid = spec.network().own().uid();
        var id = "vm-" + uid;
        var command = new JailerCommand(firecracker, base);
        var jail = Jail.make(command.root(id), uid);
        try (var parts = new HeldParts()) {
            var mounts = furnished(jail, spec);
            parts.hold(mounts.fd());
            var control = listening(jail, CONTROL_PORT, parts);
            var output = listening(jail, OUTPUT_PORT, parts);
            var network =
                    Path.of("/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), namespace.fd()));
            var process = spawn(command.words(id, uid, spec.cgroup().entrances(), network, largestFile(spec)), mounts);
            try {
                return connected(spec, jail, process, namespace, control, output);
            } catch (IOException | SandboxException | RuntimeException | Error e) {
                var said = Microvm.wordsOf(process);
                process.close();
                if (!said.isEmpty()) {
                    throw new SandboxException(e.getMessage() + "; it said: " + said, e);
                }
                throw e;
            }
        } catch (IOException | SandboxException | RuntimeException | Error e) {
            jail.delete();
            throw e;
        }
    }

    /// Puts into the jail what is the machine's own. What is of others is shown there, read-only, in a mount
    /// namespace that only the process has.
    private MountNamespace furnished(Jail jail, MachineSpec spec) throws IOException {
        jail.own(LOG);
        var shown = new ArrayList<Attachment>();
        shown.add(shown(kernel, jail.place(KERNEL)));
        shown.add(shown(initramfs, jail.place(INITRAMFS)));
        for (var i = 0; i < spec.disks().size(); i++) {
            var disk = spec.disks().get(i);
            if (disk.writable()) {
                jail.take(disk.file(), DISK + i);
            } else {
                shown.add(shown(disk.file(), jail.place(DISK + i)));
            }
        }
        var mounts = MountNamespace.create();
        try {
            mounts.attach(shown);
            return mounts;
        } catch (IOException | RuntimeException | Error e) {
            Descriptors.close(mounts.fd());
            throw e;
        }
    }

    private static Attachment shown(int file, Path at) {
        return new Attachment(OpenFiles.path(file), at.toString());
    }

    private static int listening(Jail jail, int port, HeldParts parts) throws IOException {
        var path = jail.root().resolve(VSOCK + "_" + port);
        var socket = UnixSockets.listen(path);
        parts.hold(socket);
        OpenFiles.give(path, jail.uid());
        return socket;
    }

    private static long largestFile(MachineSpec spec) throws IOException {
        var largest = LEAST_LARGEST_FILE;
        for (var disk : spec.disks()) {
            if (disk.writable()) {
                largest = Math.max(largest, OpenFiles.size(disk.file()));
            }
        }
        return largest;
    }

    private OwnedProcess spawn(List<String> words, MountNamespace mounts) throws IOException {
        try (var pipes = ProcessPipes.open(false)) {
            var descriptors = new HashMap<Integer, Integer>();
            descriptors.put(0, nothing);
            descriptors.put(1, pipes.output().writing());
            descriptors.put(2, pipes.output().writing());
            descriptors.put(JailerCommand.MOUNTS, mounts.fd());
            var child = spawner.spawn(new Spawner.Command(
                    Path.of("/usr/bin/nsenter"), words, Map.of("PATH", "/usr/bin:/bin"), Path.of("/"), descriptors));
            return new PlainProcess(
                    child,
                    pipes.takeOurs().output(),
                    end -> end.signalled() ? new Exit.Signal(end.number()) : new Exit.Status(end.number()));
        }
    }

    private Microvm connected(
            MachineSpec spec, Jail jail, OwnedProcess process, NetworkNamespace namespace, int control, int output)
            throws IOException, SandboxException {
        var socket = connect(jail.root().resolve(JailerCommand.API_SOCKET), process);
        try {
            var api = new FirecrackerApi(socket, System::nanoTime, patience.answer);
            configure(api, spec);
            spec.network().adopt(namespace);
            api.start();
            var ends = ends(spec.name(), process, control, output);
            return new Microvm(spec.name(), process, ends, new FirecrackerControl(socket, api, jail));
        } catch (IOException | SandboxException | RuntimeException | Error e) {
            Descriptors.close(socket);
            throw e;
        }
    }

    private static void configure(FirecrackerApi api, MachineSpec spec) throws IOException {
        api.logger(LOG);
        api.machine(spec.memory(), spec.processors());
        api.bootSource(KERNEL, INITRAMFS);
        for (var i = 0; i < spec.disks().size(); i++) {
            api.drive(DISK + i, DISK + i, spec.disks().get(i).writable());
        }
        api.networkInterface("eth0", MicrovmNetwork.TAP, spec.network().hardwareAddress());
        api.vsock(CONTEXT_ID, VSOCK);
        api.entropy();
    }

    /// The guest opens the stream of output first.
    private Microvm.Ends ends(String name, OwnedProcess process, int control, int output) throws IOException {
        var passed = AcknowledgedOutput.passOn(name, accepted(output, process));
        try {
            return new Microvm.Ends(accepted(control, process), passed);
        } catch (IOException | RuntimeException | Error e) {
            Descriptors.close(passed);
            throw e;
        }
    }

    private int connect(Path path, OwnedProcess process) throws IOException {
        return awaited(process, patience.listening, "it does not listen at " + path.getFileName(), () -> {
            try {
                return OptionalInt.of(UnixSockets.connect(path));
            } catch (LinuxException e) {
                if (e.is("ENOENT") || e.is("ECONNREFUSED")) {
                    Descriptors.awaitReadable(process.pidfd(), LOOK_AGAIN);
                    return OptionalInt.empty();
                }
                throw e;
            }
        });
    }

    private int accepted(int listening, OwnedProcess process) throws IOException {
        return awaited(
                process,
                patience.guest,
                "its guest does not speak",
                () -> UnixSockets.accept(listening, Duration.ofMillis(LOOK_AGAIN)));
    }

    private interface Attempt {
        OptionalInt make() throws LinuxException;
    }

    private static int awaited(OwnedProcess process, Duration patience, String otherwise, Attempt attempt)
            throws IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            var made = attempt.make();
            if (made.isPresent()) {
                return made.getAsInt();
            }
            if (process.hasEnded()) {
                throw new IOException("it has ended with " + process.exit());
            }
        }
        throw new IOException(otherwise);
    }
}
