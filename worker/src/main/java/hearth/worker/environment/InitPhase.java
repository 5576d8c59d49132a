package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.worker.logs.PlatformRecord.Phase;
import java.time.Duration;

/// The INIT phase of an environment: from the start of its runtime until all that were started have asked for their
/// first event.
///
/// The first one makes the environment ready. One that makes up for it happens within an invocation, whose time it
/// takes.
final class InitPhase {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration PREPAID = Duration.ofSeconds(130);

    private final Phase partOf;
    private final long startNanos;
    private final AwaitedParties awaited = AwaitedParties.ofRuntime();

    private InitPhase(Phase partOf, long startNanos) {
        this.partOf = partOf;
        this.startNanos = startNanos;
    }

    /// The one that an environment begins with.
    static InitPhase first(long nanos) {
        return new InitPhase(Phase.INIT, nanos);
    }

    /// One that starts the runtime again for an invocation that waits for it.
    static InitPhase withinInvocation(long nanos) {
        return new InitPhase(Phase.INVOKE, nanos);
    }

    /// How long the first one may take.
    static Duration limit(EnvironmentSpec spec, EnvironmentSettings settings) {
        if (spec.initializationType() == InitializationType.ON_DEMAND) {
            return settings.initLimit();
        }
        var timeout = spec.function().timeout();
        var limit = timeout.compareTo(PREPAID) > 0 ? timeout : PREPAID;
        return limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    }

    boolean isFirst() {
        return partOf == Phase.INIT;
    }

    /// What the log says it is a part of.
    Phase partOf() {
        return partOf;
    }

    Duration duration(long nanos) {
        return Duration.ofNanos(nanos - startNanos);
    }

    /// One of those who were started is ready.
    ///
    /// @return whether all are
    boolean ready(String party) {
        return awaited.done(party);
    }
}
