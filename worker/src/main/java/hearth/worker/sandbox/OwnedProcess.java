package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// A sandbox's program as a child of the server: its exit is collected once, and no later than when it is closed.
abstract class OwnedProcess implements SandboxProcess {
    private final ChildProcess child;
    private final int output;

    private @Nullable Exit exit; // guarded by this
    private boolean closed; // guarded by this

    /// @param output to read from; this object closes it
    OwnedProcess(ChildProcess child, int output) {
        this.child = child;
        this.output = output;
    }

    /// Kills what belongs to the child.
    abstract void kill(ChildProcess child) throws LinuxException;

    /// Waits until the child has ended, and collects it.
    abstract Exit collect(ChildProcess child) throws LinuxException;

    /// Gives back what is held beside the child and its output.
    void release() {}

    @Override
    public final int pidfd() {
        return child.pidfd();
    }

    @Override
    public final int output() {
        return output;
    }

    @Override
    public final synchronized Exit exit() {
        if (exit == null) {
            try {
                exit = collect(child);
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
        return exit;
    }

    @Override
    public final synchronized void kill() {
        if (exit == null && !closed) {
            try {
                kill(child);
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public final synchronized void close() {
        if (!closed) {
            end(); // so that no zombie stays of a process that nobody asked for its exit
            closed = true;
            child.close();
            Descriptors.close(output);
            release();
        }
    }

    /// Kills all and waits until it is gone. Safe at any time.
    final synchronized void end() {
        if (!closed) {
            kill();
            exit();
        }
    }

    final synchronized boolean hasEnded() {
        try {
            return exit != null || closed || Descriptors.awaitReadable(child.pidfd(), 0);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }
}
