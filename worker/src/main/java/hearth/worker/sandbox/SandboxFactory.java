package hearth.worker.sandbox;

/// Makes sandboxes of one kind.
public interface SandboxFactory extends AutoCloseable {
    SandboxKind kind();

    /// Prepares all that a sandbox needs (slot, limits, network, `/tmp`, the Runtime API's socket) and starts no
    /// process.
    /// Blocks for milliseconds, on a thread that may block in native code.
    Sandbox create(SandboxSpec spec) throws SandboxException;

    /// Removes what all sandboxes shared. Every sandbox is closed before.
    @Override
    void close();
}
