package hearth.worker.sandbox;

import hearth.worker.microvm.MicrovmConfig;
import java.nio.file.Path;
import java.util.Optional;

/// What sandboxes need to know of the server that makes them.
///
/// @param launcher the launcher's program, as the build makes it
/// @param directory for the sandboxes' files; nothing else is kept there, and a start empties it
/// @param only the kind to use, with no other to fall back on
/// @param services what each sandbox's loopback offers
/// @param microvm what microVMs are made of, if there are to be any
public record SandboxConfig(
        Path launcher,
        Path directory,
        Instance instance,
        NetworkPolicy network,
        Optional<SandboxKind> only,
        InnerServices services,
        MicrovmConfig microvm) {
    /// One whose microVMs are made of what lies in the usual places.
    public SandboxConfig(
            Path launcher,
            Path directory,
            Instance instance,
            NetworkPolicy network,
            Optional<SandboxKind> only,
            InnerServices services) {
        this(launcher, directory, instance, network, only, services, MicrovmConfig.USUAL);
    }

    /// One whose sandboxes' loopback offers the Runtime API and nothing else.
    public SandboxConfig(
            Path launcher, Path directory, Instance instance, NetworkPolicy network, Optional<SandboxKind> only) {
        this(launcher, directory, instance, network, only, InnerServices.NONE);
    }
}
