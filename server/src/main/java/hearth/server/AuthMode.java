package hearth.server;

/// The ways in which callers are let in.
public enum AuthMode {
    /// Every caller who can connect. For loopback addresses only.
    NONE,
    /// Callers who sign with a key that `./hearth keys create` made.
    SIGV4
}
