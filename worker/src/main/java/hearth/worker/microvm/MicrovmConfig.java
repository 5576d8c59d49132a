package hearth.worker.microvm;

import hearth.model.Bytes;
import java.nio.file.Path;
import java.util.Optional;

/// What a host has for microVMs, and where, and how much of it is made ahead.
///
/// @param kernel the folder that `hearth-guest-kernel` fills: `vmlinuz`, and `modules/`
/// @param images the folder of the images of the host's files, which outlive the server and are shared by all of this
///     host; whatever is in it can be deleted at any time, and is made again
/// @param snapshots the folder of the snapshots of machines, of which the same is true
/// @param pool what machines that wait for a function may take; nothing has none wait
/// @param only the monitor to use, with no other to fall back on
/// @param firecracker where its program is, unless it is in a usual place; so is `jailer`
public record MicrovmConfig(
        Path kernel,
        Path images,
        Path snapshots,
        Bytes pool,
        Optional<MonitorKind> only,
        Optional<Path> firecracker,
        Optional<Path> jailer) {
    /// The usual places.
    public static final MicrovmConfig USUAL =
            new MicrovmConfig(Path.of("/var/lib/hearth/guest-kernel"), Path.of("/var/cache/hearth/microvm"));

    /// One that leaves it to the host which monitor is used.
    public MicrovmConfig(Path kernel, Path images) {
        this(kernel, images, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Snapshots are beside the images, and no machine waits.
    public MicrovmConfig(
            Path kernel, Path images, Optional<MonitorKind> only, Optional<Path> firecracker, Optional<Path> jailer) {
        this(kernel, images, images.resolve("machines"), new Bytes(0), only, firecracker, jailer);
    }

    public MicrovmConfig withPool(Bytes memory) {
        return new MicrovmConfig(kernel, images, snapshots, memory, only, firecracker, jailer);
    }

    public MicrovmConfig withSnapshots(Path folder) {
        return new MicrovmConfig(kernel, images, folder, pool, only, firecracker, jailer);
    }
}
