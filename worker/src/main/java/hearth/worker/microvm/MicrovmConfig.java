package hearth.worker.microvm;

import java.nio.file.Path;
import java.util.Optional;

/// What a host has for microVMs, and where.
///
/// @param kernel the folder that `hearth-guest-kernel` fills: `vmlinuz`, and `modules/`
/// @param images the folder of the images of the host's files, which outlive the server and are shared by all of this
///     host; whatever is in it can be deleted at any time, and is made again
/// @param only the monitor to use, with no other to fall back on
/// @param firecracker where its program is, unless it is in a usual place; so is `jailer`
public record MicrovmConfig(
        Path kernel, Path images, Optional<MonitorKind> only, Optional<Path> firecracker, Optional<Path> jailer) {
    /// The usual places.
    public static final MicrovmConfig USUAL =
            new MicrovmConfig(Path.of("/var/lib/hearth/guest-kernel"), Path.of("/var/cache/hearth/microvm"));

    /// One that leaves it to the host which monitor is used.
    public MicrovmConfig(Path kernel, Path images) {
        this(kernel, images, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
