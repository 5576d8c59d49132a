package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.GuestImages;
import hearth.worker.microvm.QemuCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What pid 1 of a microVM is told (`guest/microvm`): how the machine is made up, and what its launcher is to do.
final class GuestWords {
    /// Where pid 1 mounts its images, and what limits the program.
    private static final String IMAGES = "/run/images/";

    private static final String ROOT = "/run/root";
    private static final String CGROUP = "/sys/fs/cgroup/program";

    /// Users of the guest alone; any that its launcher takes will do.
    private static final int UID = 1_900_000_001;

    private static final int INIT_UID = 1_900_000_000;
    private static final int SEED = 64;

    private GuestWords() {}

    /// A directory that programs see.
    ///
    /// @param from in the guest's own root
    /// @param to in theirs
    record GuestMount(String from, String to) {
        static GuestMount ofDisk(int place, String to) {
            return new GuestMount(IMAGES + place, to);
        }
    }

    /// What is a machine's own.
    ///
    /// @param tmp whether it is to mount its `/tmp`, whose disk is there already
    static byte[] connection(MicrovmNetwork network, InnerServices services, boolean tmp) throws SandboxException {
        var words = clock().add("seed", seed())
                .add(
                        "network",
                        network.guest().getHostAddress(),
                        QemuCommand.text(network.hardwareAddress()),
                        MicrovmNetwork.GATEWAY.getHostAddress(),
                        QemuCommand.text(MicrovmNetwork.gatewayHardwareAddress()));
        for (var listener : MicrovmNetwork.listeners(services)) {
            words.add("listen", listener.toArray());
        }
        return (tmp ? withTmp(words) : words).toBytes();
    }

    private static LaunchWords withTmp(LaunchWords words) throws SandboxException {
        return words.add("tmp", MachineDisks.TMP);
    }

    /// What a program finds that is started before its function is known.
    ///
    /// @param tmp as for `connection`
    static byte[] more(MachineDisks disks, boolean tmp) throws SandboxException {
        // What the program draws at its start is of this machine alone.
        var words = images(tmp ? withTmp(clock().add("seed", seed())) : clock().add("seed", seed()), disks);
        // The function's code comes there.
        return words.add("expect", disks.next()).toBytes();
    }

    /// What is the function's.
    ///
    /// @param attached whether a program is up that is to see it
    static byte[] function(MachineDisks disks, boolean attached, Bytes memory, int processes) throws SandboxException {
        // Since it was connected it may have stood still.
        var words = images(clock(), disks);
        if (attached) {
            for (var mount : disks.mounts()) {
                words.add("attach", mount.from(), mount.to());
            }
        }
        return words.add("memory", memory.count()).add("processes", processes).toBytes();
    }

    private static LaunchWords images(LaunchWords words, MachineDisks disks) throws SandboxException {
        for (var image : disks.images().keySet()) {
            words.add("image", image);
        }
        return words;
    }

    private static LaunchWords clock() throws SandboxException {
        return new LaunchWords().add("clock", System.currentTimeMillis() * 1_000_000);
    }

    /// From the host's kernel, because two machines from one image have nothing else that differs.
    private static String seed() throws SandboxException {
        try (var random = Files.newInputStream(Path.of("/dev/urandom"))) {
            return HexFormat.of().formatHex(random.readNBytes(SEED));
        } catch (IOException e) {
            throw new SandboxException("random bytes: " + e.getMessage(), e);
        }
    }

    /// The root of programs, made of the guest's own as that of a sandbox of namespaces is made of the host's.
    static byte[] template(TemplateRoot root) throws SandboxException {
        var words = new LaunchWords().add("template", ROOT);
        root.addTo(words);
        return words.toBytes();
    }

    /// @param first whether it is the machine's first program, which gets the mounts for all that follow
    static byte[] program(ProcessSpec spec, List<GuestMount> mounts, boolean first) throws SandboxException {
        return program(new LaunchWords(), spec, spec.environment(), mounts, first);
    }

    /// A machine's first program, which has a channel and waits on it.
    static byte[] waitingProgram(ProcessSpec spec, List<GuestMount> mounts) throws SandboxException {
        var environment = new HashMap<>(spec.environment());
        environment.put(ProcessSpec.CHANNEL_VARIABLE, ProcessSpec.CHANNEL_INSIDE);
        return program(new LaunchWords().add("channel"), spec, environment, mounts, true);
    }

    private static byte[] program(
            LaunchWords words,
            ProcessSpec spec,
            Map<String, String> environment,
            List<GuestMount> mounts,
            boolean first)
            throws SandboxException {
        words.add("hostname", TemplateRoot.HOST_NAME)
                .add("network")
                .add("uid", UID)
                .add("init-uid", INIT_UID)
                .addList("cgroups", List.of(CGROUP + "/cgroup.procs"))
                .add("cpu-limit", CGROUP + "/cpu.max", "max");
        if (first) {
            for (var mount : mounts) {
                words.add("mount", mount.from(), mount.to());
            }
            words.add("tmp-mount");
        } else {
            words.add("reuse");
        }
        return words.add("cwd", spec.workingDirectory())
                .addList("argv", spec.command())
                .addEnvironment(environment)
                .toBytes();
    }

    /// Where a host directory is in the guest's own root already; nothing where it needs an image.
    static Optional<String> ofHost(Path directory) throws IOException {
        var real = directory.toRealPath();
        return GuestImages.isOfHost(real) ? Optional.of(real.toString()) : Optional.empty();
    }
}
