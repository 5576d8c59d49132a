package hearth.worker.sandbox;

import hearth.model.Bytes;

/// Makes sandboxes of one kind.
public interface SandboxFactory extends AutoCloseable {
    SandboxKind kind();

    /// Prepares all that a sandbox needs (slot, limits, network, `/tmp`, the Runtime API's socket) and starts no
    /// process.
    /// Blocks on a thread that may block in native code: for milliseconds, or for seconds where that is a machine.
    Sandbox create(SandboxSpec spec) throws SandboxException;

    /// What a sandbox takes of the host at most besides the memory that its programs may have.
    default Bytes overhead(Bytes memory) {
        return new Bytes(0);
    }

    /// Whoever waits for a sandbox that is being made, as far as that takes long, is told soon that there will be none.
    /// To be called before the last sandboxes are closed.
    default void endMaking() {}

    /// Removes what all sandboxes shared. Every sandbox is closed before.
    @Override
    void close();
}
