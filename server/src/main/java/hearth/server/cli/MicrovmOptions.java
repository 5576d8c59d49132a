package hearth.server.cli;

import hearth.worker.microvm.MicrovmConfig;
import java.nio.file.Path;
import java.util.List;

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
    static final List<Option> ALL = List.of(GUEST_KERNEL, GUEST_IMAGES);

    private MicrovmOptions() {}

    static MicrovmConfig config(Arguments arguments) {
        return new MicrovmConfig(folder(arguments, GUEST_KERNEL), folder(arguments, GUEST_IMAGES));
    }

    private static Path folder(Arguments arguments, Option option) {
        return Path.of(arguments.text(option)).toAbsolutePath().normalize();
    }
}
