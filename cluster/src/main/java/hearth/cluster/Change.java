package hearth.cluster;

import java.util.Optional;

/// What is decided about a function: what it is from now on, and the version that is published with it, if any.
public record Change(FunctionRecord function, Optional<VersionRecord> published) {
    public static Change to(FunctionRecord function) {
        return new Change(function, Optional.empty());
    }

    public static Change publishing(FunctionRecord function, VersionRecord version) {
        return new Change(function, Optional.of(version));
    }
}
