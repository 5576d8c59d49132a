package hearth.invoke.counting;

/// The CountingService's answer to one more invocation.
public sealed interface Admission {
    /// It may run, and counts until its lease is closed.
    record Admitted(Lease lease) implements Admission {}

    /// It may not run now.
    record Throttled(ThrottleReason reason) implements Admission {}
}
