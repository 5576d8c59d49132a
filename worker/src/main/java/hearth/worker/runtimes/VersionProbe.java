package hearth.worker.runtimes;

import java.util.Optional;

/// Asks an interpreter for its version, where nothing cheaper tells it.
interface VersionProbe {
    Optional<Version> versionOf(Interpreter interpreter);
}
