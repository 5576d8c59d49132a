package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.GuestImages;
import hearth.worker.microvm.QemuCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
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

    /// What is a machine's own: the disk of `/tmp` is there already.
    static byte[] connection(MicrovmNetwork network, InnerServices services) throws SandboxException {
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
        return words.add("tmp", MachineDisks.TMP).toBytes();
    }

    /// What is the function's.
    ///
    /// @param images the places of disks that are images, but for the root
    static byte[] function(List<Integer> images, Bytes memory, int processes) throws SandboxException {
        // Since it was connected it may have stood still.
        var words = clock();
        for (var image : images) {
            words.add("image", image);
        }
        return words.add("memory", memory.count()).add("processes", processes).toBytes();
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
        var words = new LaunchWords()
                .add("hostname", TemplateRoot.HOST_NAME)
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
                .addEnvironment(spec.environment())
                .toBytes();
    }

    /// Where a host directory is in the guest's own root already; nothing where it needs an image.
    static Optional<String> ofHost(Path directory) throws IOException {
        var real = directory.toRealPath();
        return GuestImages.isOfHost(real) ? Optional.of(real.toString()) : Optional.empty();
    }
}
