package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.nio.file.Path;
import java.util.List;

/// What a sandbox is made of.
///
/// @param name unique among the sandboxes of this host; names its cgroup and its files
/// @param memory the hard limit for all its processes together
/// @param milliCpus thousandths of a core
/// @param ephemeralStorage the size of `/tmp`
/// @param mounts host directories, each read-only inside; parents before children
public record SandboxSpec(String name, Bytes memory, int milliCpus, Bytes ephemeralStorage, List<Mount> mounts) {
    /// What a function has that does not ask for more.
    public static final Bytes USUAL_EPHEMERAL_STORAGE = Bytes.mebibytes(512);

    public SandboxSpec {
        mounts = List.copyOf(mounts);
    }

    /// A host directory seen inside the sandbox, read-only.
    public record Mount(Path host, String inside) {}
}
