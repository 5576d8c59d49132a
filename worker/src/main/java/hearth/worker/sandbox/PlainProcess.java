package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A child process without isolation. Its "tree" is the process group that it leads: what leaves the group escapes.
final class PlainProcess implements SandboxProcess {
    private final ChildProcess child;
    private final int output;
    private final int framedOutput;
    private final Function<ChildProcess.End, Exit> exitOf;

    private @Nullable Exit exit; // guarded by this
    private boolean closed; // guarded by this

    PlainProcess(ChildProcess child, int output, int framedOutput, Function<ChildProcess.End, Exit> exitOf) {
        this.child = child;
        this.output = output;
        this.framedOutput = framedOutput;
        this.exitOf = exitOf;
    }

    @Override
    public int pidfd() {
        return child.pidfd();
    }

    @Override
    public int output() {
        return output;
    }

    @Override
    public int framedOutput() {
        return framedOutput;
    }

    /// The rest of the group goes with its leader.
    @Override
    public synchronized Exit exit() {
        if (exit == null) {
            try {
                Descriptors.awaitReadable(child.pidfd(), -1);
                child.signalGroup(ChildProcess.SIGKILL);
                exit = exitOf.apply(child.await());
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
        return exit;
    }

    @Override
    public synchronized void kill() {
        if (exit == null && !closed) {
            try {
                child.signalGroup(ChildProcess.SIGKILL);
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            end(); // so that no zombie stays of a process that nobody asked for its exit
            closed = true;
            child.close();
            Descriptors.close(output);
            Descriptors.close(framedOutput);
        }
    }

    synchronized void end() {
        if (!closed) {
            kill();
            exit();
        }
    }

    synchronized boolean hasEnded() {
        try {
            return exit != null || closed || Descriptors.awaitReadable(child.pidfd(), 0);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }
}
