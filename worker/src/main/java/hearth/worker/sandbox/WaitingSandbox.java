package hearth.worker.sandbox;

import java.io.IOException;

/// A sandbox in which a program is up and waits to hear which function it serves. Before it does, the sandbox is
/// refitted for the function.
///
/// @param assignment has the program hear it
/// @param waited whether it was there before anybody wanted it
public record WaitingSandbox(Sandbox sandbox, SandboxProcess process, Assignment assignment, boolean waited) {
    /// How a program that waits is told of its function.
    public interface Assignment {
        /// May block for moments.
        void tell(byte[] message) throws IOException;
    }
}
