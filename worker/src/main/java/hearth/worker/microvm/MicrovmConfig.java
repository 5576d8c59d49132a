package hearth.worker.microvm;

import java.nio.file.Path;

/// Where a host keeps what microVMs are made of.
///
/// @param kernel the folder that `hearth-guest-kernel` fills: `vmlinuz`, and `modules/`
/// @param images the folder of the images of the host's files, which outlive the server and are shared by all of this
///     host; whatever is in it can be deleted at any time, and is made again
public record MicrovmConfig(Path kernel, Path images) {
    /// The usual places.
    public static final MicrovmConfig USUAL =
            new MicrovmConfig(Path.of("/var/lib/hearth/guest-kernel"), Path.of("/var/cache/hearth/microvm"));
}
