package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.linux.LinuxException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// A program in a microVM. Its end is told by the guest, or is that of the whole machine; a pipe stands for
/// what a pidfd is to others.
final class GuestProcess implements SandboxProcess {
    private final Pair end;
    private final int output;

    private volatile Runnable killing;
    private @Nullable Exit exit; // guarded by this
    private boolean closed; // guarded by this

    private GuestProcess(Pair end, int output, Runnable killing) {
        this.end = end;
        this.output = output;
        this.killing = killing;
    }

    /// @param output of which this process gets a descriptor of its own
    /// @param killing has it end soon, whatever the guest does
    static GuestProcess make(int output, Runnable killing) throws LinuxException {
        var end = Descriptors.pipe();
        try {
            return new GuestProcess(end, Descriptors.duplicate(output), killing);
        } catch (LinuxException e) {
            Descriptors.close(end.reading());
            Descriptors.close(end.writing());
            throw e;
        }
    }

    /// From now on it is ended this way.
    void killBy(Runnable killing) {
        this.killing = killing;
    }

    @Override
    public int pidfd() {
        return end.reading();
    }

    @Override
    public int output() {
        return output;
    }

    @Override
    public synchronized Exit exit() {
        if (exit == null) {
            throw new IllegalStateException("The program has not ended");
        }
        return exit;
    }

    synchronized boolean hasEnded() {
        return exit != null || closed;
    }

    /// Its end is known. What is told first counts.
    synchronized void ended(Exit how) {
        if (exit != null || closed) {
            return;
        }
        exit = how;
        try {
            Descriptors.write(end.writing(), new byte[] {'.'}, 0, 1);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void kill() {
        if (!hasEnded()) {
            killing.run();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(end.reading());
            Descriptors.close(end.writing());
            Descriptors.close(output);
        }
    }
}
