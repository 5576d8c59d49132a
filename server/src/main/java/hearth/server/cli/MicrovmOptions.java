package hearth.server.cli;

import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.MonitorKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The options about what microVMs are made of.
final class MicrovmOptions {
    static final Option GUEST_KERNEL = Option.of(
                    "--guest-kernel",
                    "DIR",
                    MicrovmConfig.USUAL.kernel().toString(),
                    "Where the kernel of microVMs is, as hearth-guest-kernel leaves it")
            .orEnvironment("HEARTH_GUEST_KERNEL");
    static final Option GUEST_IMAGES = Option.of(
                    "--guest-images",
                    "DIR",
                    MicrovmConfig.USUAL.images().toString(),
                    "Where images of this host's files are kept, which are the disks of microVMs")
            .orEnvironment("HEARTH_GUEST_IMAGES");
    private static final String AUTO = "auto";
    static final Option MONITOR = Option.of(
                    "--microvm-monitor",
                    "KIND",
                    AUTO,
                    "What runs microVMs: firecracker or qemu; auto takes Firecracker where it, its jailer and KVM can be used")
            .orEnvironment("HEARTH_MICROVM_MONITOR");
    static final Option FIRECRACKER = Option.of(
                    "--firecracker",
                    "FILE",
                    "",
                    "Where Firecracker is, if not in /usr/bin, /usr/local/bin or sbin there")
            .orEnvironment("HEARTH_FIRECRACKER");
    static final Option JAILER = Option.of(
                    "--jailer", "FILE", "", "Where Firecracker's jailer is, which is of the same version")
            .orEnvironment("HEARTH_JAILER");
    static final List<Option> ALL = List.of(GUEST_KERNEL, GUEST_IMAGES, MONITOR, FIRECRACKER, JAILER);

    private MicrovmOptions() {}

    static MicrovmConfig config(Arguments arguments) {
        return new MicrovmConfig(
                path(arguments, GUEST_KERNEL),
                path(arguments, GUEST_IMAGES),
                monitor(arguments.text(MONITOR)),
                program(arguments, FIRECRACKER),
                program(arguments, JAILER));
    }

    private static Optional<MonitorKind> monitor(String name) {
        if (name.equals(AUTO)) {
            return Optional.empty();
        }
        return Optional.of(MonitorKind.of(name)
                .orElseThrow(
                        () -> new UsageException(MONITOR.name() + " is auto, firecracker or qemu, and not " + name)));
    }

    private static Optional<Path> program(Arguments arguments, Option option) {
        return arguments.text(option).isEmpty() ? Optional.empty() : Optional.of(path(arguments, option));
    }

    private static Path path(Arguments arguments, Option option) {
        return Path.of(arguments.text(option)).toAbsolutePath().normalize();
    }
}
