package hearth.worker.sandbox;

import java.nio.file.Path;
import java.util.Optional;

/// What sandboxes need to know of the server that makes them.
///
/// @param launcher the launcher's program, as the build makes it
/// @param directory for the sandboxes' files; nothing else is kept there, and a start empties it
/// @param only the kind to use, with no other to fall back on
public record SandboxConfig(
        Path launcher, Path directory, Instance instance, NetworkPolicy network, Optional<SandboxKind> only) {}
