package hearth.worker.runtimes;

/// What a runtime does with the channel that a sandbox can give its process.
public enum ChannelUse {
    /// It knows of none.
    NONE,
    /// It can be up before its function is known, and hears on the channel which one it serves.
    ASSIGNMENT,
    /// As `ASSIGNMENT`; and it speaks to the Runtime API there, instead of by TCP.
    RUNTIME_API
}
