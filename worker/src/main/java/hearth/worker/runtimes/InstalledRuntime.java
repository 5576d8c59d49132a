package hearth.worker.runtimes;

import hearth.model.Bytes;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// A Lambda runtime that this host can run, in the words of the inside of a sandbox.
///
/// @param id as the API spells it, such as `python3.12`
/// @param version of the interpreter, such as `3.12.1`; empty for `provided.*`
/// @param source where it was found on the host, for people to read
/// @param mounts what a sandbox needs to see besides the code: the interpreter and our bootstrap
/// @param start how its process is started
/// @param environment what this runtime sets besides what all have
/// @param channel what its processes use a channel for
/// @param sdk the AWS SDK that its functions find, for people to read; empty for none
public record InstalledRuntime(
        String id,
        String version,
        String source,
        List<Mount> mounts,
        StartCommand start,
        Map<String, String> environment,
        ChannelUse channel,
        Optional<String> sdk) {
    public InstalledRuntime {
        mounts = List.copyOf(mounts);
        environment = Map.copyOf(environment);
    }

    /// Starts the runtime of a function that has this much memory.
    ///
    /// @param variables of its process
    /// @param isThere whether the function brings this file, by its path inside
    public Entrypoint entrypoint(Bytes memory, Map<String, String> variables, Predicate<String> isThere) {
        return start.entrypoint(memory, variables, isThere);
    }

    /// The same for a runtime that is not the function's own.
    public List<String> command(Bytes memory) {
        return start.command(memory);
    }
}
