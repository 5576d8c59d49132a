package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.util.Optional;

/// Makes sandboxes of one kind.
public interface SandboxFactory extends AutoCloseable {
    SandboxKind kind();

    /// Prepares all that a sandbox needs (slot, limits, network, `/tmp`, the Runtime API's socket) and starts no
    /// process.
    /// Blocks on a thread that may block in native code: for milliseconds, or for seconds where that is a machine.
    Sandbox create(SandboxSpec spec) throws SandboxException;

    /// A sandbox in which such a program is up, if this kind of sandbox has any: one that waits, or else what is said.
    /// It is the caller's from now on. Blocks as `create` does.
    ///
    /// @param spec what the sandbox is to be refitted to; its mounts come then
    default Optional<WaitingSandbox> takeWaiting(SandboxSpec spec, WaitingProgram program, WhenNoneWaits otherwise)
            throws SandboxException {
        return Optional.empty();
    }

    /// How many wait that could be taken for this.
    default int waiting(SandboxSpec spec, WaitingProgram program) {
        return 0;
    }

    /// How many programs wait in all.
    default int waiting() {
        return 0;
    }

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
