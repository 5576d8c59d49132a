package hearth.model;

import java.util.Optional;

/// The way of a qualifier's invocations: to one version, or, as an alias may say, a share of them to another.
///
/// @param events how asynchronous ones are to be treated
public record Routing(FunctionVersion version, Optional<Share> additional, EventInvokeConfig events) {
    /// @param weight from 0 to 1: the part of the invocations that goes to this version
    public record Share(FunctionVersion version, double weight) {}

    public Routing(FunctionVersion version, Optional<Share> additional) {
        this(version, additional, EventInvokeConfig.DEFAULT);
    }

    public static Routing to(FunctionVersion version) {
        return new Routing(version, Optional.empty());
    }

    public Routing with(EventInvokeConfig other) {
        return new Routing(version, additional, other);
    }

    /// The version that runs one invocation.
    ///
    /// @param lot evenly from 0 to 1, and less than 1
    public FunctionVersion choose(double lot) {
        return additional
                .filter(share -> lot < share.weight())
                .map(Share::version)
                .orElse(version);
    }

    /// Whether all invocations can run.
    public boolean isActive() {
        return version.state() == FunctionState.ACTIVE
                && additional
                        .map(share -> share.version().state() == FunctionState.ACTIVE)
                        .orElse(true);
    }
}
