package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.util.function.Function;

/// A child process without isolation. Its "tree" is the process group that it leads: what leaves the group escapes.
final class PlainProcess extends OwnedProcess {
    private final Function<ChildProcess.End, Exit> exitOf;

    PlainProcess(ChildProcess child, int output, Function<ChildProcess.End, Exit> exitOf) {
        super(child, output);
        this.exitOf = exitOf;
    }

    @Override
    void kill(ChildProcess child) throws LinuxException {
        child.signalGroup(ChildProcess.SIGKILL);
    }

    /// The rest of the group goes with its leader.
    @Override
    Exit collect(ChildProcess child) throws LinuxException {
        Descriptors.awaitReadable(child.pidfd(), -1);
        child.signalGroup(ChildProcess.SIGKILL);
        return exitOf.apply(child.await());
    }
}
