package hearth.invoke.counting.sharded;

/// A part of an account's concurrency; each lease is of one.
public sealed interface Pool {
    Pool UNRESERVED = new Unreserved();

    /// What no function has for itself alone.
    record Unreserved() implements Pool {}

    /// What a function has reserved, less what is provisioned for its versions.
    record Reserved(String function) implements Pool {}

    /// What is provisioned for one version.
    record Provisioned(String function, String version) implements Pool {}
}
