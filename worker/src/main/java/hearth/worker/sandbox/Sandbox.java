package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An isolation boundary. Runs one process tree at a time; `/tmp`, limits and network outlive the process, so that a
/// reset is a second `start`.
public interface Sandbox extends AutoCloseable {
    /// A listening, non-blocking TCP socket that only this sandbox can reach. The caller takes the descriptor over
    /// and closes it.
    int runtimeApiSocket();

    /// As that of the Runtime API, one for each service that the sandbox's own loopback offers, in their order. Empty
    /// where the sandbox shares the host's.
    List<Integer> serviceSockets();

    /// Closes the sockets of a sandbox that nobody serves.
    default void closeSockets() {
        Descriptors.close(runtimeApiSocket());
        serviceSockets().forEach(Descriptors::close);
    }

    /// Where the sandbox's processes find that socket, as `AWS_LAMBDA_RUNTIME_API` has it: `127.0.0.1:9001`.
    String runtimeApiAddress();

    /// Starts the process. The last one must have ended. Blocks for milliseconds.
    SandboxProcess start(ProcessSpec spec) throws SandboxException;

    /// Gives a sandbox that runs already what a function is to have: its limits, and host directories that appear
    /// read-only in places that were empty. Blocks for less than a millisecond.
    void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException;

    /// Stops every process from running until `thaw`. Safe to repeat.
    void freeze();

    void thaw();

    /// The most memory that the sandbox ever used.
    Bytes peakMemory();

    /// Whether a program could be started in it: false once what it is made of has ended.
    default boolean isUsable() {
        return true;
    }

    /// What its threads have had of the processors until now; null where nobody counts that.
    default @Nullable ProcessorTimes processorTimes() {
        return null;
    }

    /// How often the kernel killed a process here because memory ran out.
    long outOfMemoryKills();

    /// Kills all processes, frozen or not, and removes everything of this sandbox from the host. Blocks. Safe to
    /// repeat.
    @Override
    void close();
}
