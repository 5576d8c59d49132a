package hearth.model;

import java.util.List;
import java.util.Optional;

/// The way of a qualifier's invocations: to one version, or, as an alias may say, a share of them to another.
///
/// @param events how asynchronous ones are to be treated
/// @param recursion stops those of recursive loops
/// @param policies the resource policies that say who else may use the qualifier, as they are kept
public record Routing(
        FunctionVersion version,
        Optional<Share> additional,
        EventInvokeConfig events,
        RecursionGuard recursion,
        List<String> policies) {
    /// @param weight from 0 to 1: the part of the invocations that goes to this version
    public record Share(FunctionVersion version, double weight) {}

    public Routing(FunctionVersion version, Optional<Share> additional) {
        this(version, additional, EventInvokeConfig.DEFAULT, RecursionGuard.of(version.function()), List.of());
    }

    public static Routing to(FunctionVersion version) {
        return new Routing(version, Optional.empty());
    }

    public Routing with(EventInvokeConfig other) {
        return new Routing(version, additional, other, recursion, policies);
    }

    public Routing with(RecursionGuard other) {
        return new Routing(version, additional, events, other, policies);
    }

    public Routing with(List<String> others) {
        return new Routing(version, additional, events, recursion, others);
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
