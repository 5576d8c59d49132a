package hearth.invoke.counting;

/// The answer to one more invocation.
public sealed interface Admission {
    /// An answer that stands.
    sealed interface Decided extends Admission {}

    /// It may run, and counts until its lease is closed.
    record Admitted(Lease lease) implements Decided {}

    /// It may not run now.
    record Throttled(ThrottleReason reason) implements Decided {}

    /// Nobody can tell in time whether it may run, so that it may not.
    record Uncounted() implements Decided {}

    /// Whether it may run is found out elsewhere.
    record Awaited(AwaitedAdmission answer) implements Admission {}
}
