package hearth.server;

/// Who is let in.
public enum AuthMode {
    /// Everyone who can connect. For loopback addresses only.
    NONE,
    /// Who signs with a key that `./hearth keys create` made.
    SIGV4
}
