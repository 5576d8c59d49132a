package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.QemuCommand;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Starts the monitors of machines as functions of a sandbox of namespaces are started: the launcher gives each
/// a user of its own, cgroups, and namespaces without a network and with nothing of the host but its programs.
/// What it is to read and write it gets as descriptors.
///
/// @param initUid the user of the launcher's init
/// @param nothing a descriptor of `/dev/null`
/// @param root a descriptor of the mount namespace that each monitor's is made of
record MonitorLauncher(Launcher launcher, int initUid, int nothing, int root) {
    private static final Bytes MONITOR_TMP = Bytes.mebibytes(1);
    private static final int OUTPUT = 5;
    private static final int FRAMED = 6;
    private static final int NETWORK = 7;
    private static final int MOUNTS = 8;
    private static final int FIRST_PASSED = 11;

    /// @param command of the machine, but for its streams
    /// @param accelerated whether the machine is to run on KVM
    /// @param memory the file of the machine's memory, if a snapshot may be made of it; becomes the machine's, if
    ///     there is one
    Microvm launch(MachineSpec spec, QemuCommand command, boolean accelerated, @Nullable MemoryFile memory)
            throws SandboxException {
        try (var theirs = new HeldParts();
                var ours = new HeldParts();
                var pipes = ProcessPipes.open(false);
                var network = MicrovmNetwork.ofMonitor()) {
            var control = sockets(ours, theirs);
            var output = sockets(ours, theirs);
            var monitor = sockets(ours, theirs);
            command.monitor(monitor.writing()).ports(control.writing(), output.writing());
            var launched = launcher.launch(words(spec, command), descriptors(pipes, network.fd(), command.passed()));
            Descriptors.close(launched.mounts());
            var init = launched.child();
            ours.handOver();
            var process = new LaunchedProcess(init, launched.status(), pipes.takeOurs(), spec.cgroup()::liftCpuLimit);
            return new Microvm(
                    spec.name(),
                    process,
                    new Microvm.Ends(control.reading(), output.reading()),
                    new QemuControl(monitor.reading(), accelerated, spec.origin(), memory));
        } catch (LinuxException e) {
            throw new SandboxException("QEMU cannot be run: " + e.getMessage(), e);
        }
    }

    private static Descriptors.Pair sockets(HeldParts ours, HeldParts theirs) throws LinuxException {
        var pair = Descriptors.streamSockets();
        ours.hold(pair.reading());
        theirs.hold(pair.writing());
        return pair;
    }

    private LaunchWords words(MachineSpec spec, QemuCommand command) throws SandboxException {
        var cgroup = spec.cgroup();
        return new LaunchWords()
                .add("hostname", "microvm")
                .add("network")
                .add("uid", spec.network().own().uid())
                .add("init-uid", initUid)
                .addList(
                        "cgroups",
                        cgroup.entrances().stream().map(Path::toString).toList())
                .add("cpu-limit", cgroup.cpuLimit(), cgroup.noCpuLimit())
                .add("tmp-size", MONITOR_TMP.count())
                .add("monitor")
                .add("passed", command.passed().size())
                .add("cwd", "/")
                .addList("argv", command.words())
                .addEnvironment(command.environment());
    }

    private Map<Integer, Integer> descriptors(ProcessPipes pipes, int network, List<Integer> passed) {
        var descriptors = new HashMap<Integer, Integer>();
        for (var standard = 0; standard <= 2; standard++) {
            descriptors.put(standard, nothing);
        }
        descriptors.put(OUTPUT, pipes.output().writing());
        descriptors.put(FRAMED, pipes.output().writing());
        descriptors.put(NETWORK, network);
        descriptors.put(MOUNTS, root);
        for (var i = 0; i < passed.size(); i++) {
            descriptors.put(FIRST_PASSED + i, passed.get(i));
        }
        return descriptors;
    }
}
