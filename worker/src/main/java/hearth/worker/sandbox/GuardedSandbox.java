package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes any sandbox safe to use late, twice or from several threads at once.
///
/// Starting and closing exclude each other, and both take milliseconds, so their lock is held across them; freezing
/// and thawing, which the warm path does, never wait for it. After `close` a start fails, freezing does nothing, and
/// the memory figures are the last ones.
final class GuardedSandbox implements Sandbox {
    private static final Logger log = System.getLogger(GuardedSandbox.class.getName());

    private final Sandbox sandbox;
    private final ReentrantLock startOrClose = new ReentrantLock();

    private volatile boolean closed;
    private volatile Bytes lastPeakMemory = new Bytes(0);
    private volatile long lastOutOfMemoryKills;

    GuardedSandbox(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @Override
    public int runtimeApiSocket() {
        return sandbox.runtimeApiSocket();
    }

    @Override
    public List<Integer> serviceSockets() {
        return sandbox.serviceSockets();
    }

    @Override
    public boolean isUsable() {
        return sandbox.isUsable();
    }

    @Override
    public String runtimeApiAddress() {
        return sandbox.runtimeApiAddress();
    }

    @Override
    public SandboxProcess start(ProcessSpec spec) throws SandboxException {
        startOrClose.lock();
        try {
            requireOpen();
            return sandbox.start(spec);
        } finally {
            startOrClose.unlock();
        }
    }

    @Override
    public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException {
        startOrClose.lock();
        try {
            requireOpen();
            sandbox.refit(memory, milliCpus, mounts);
        } finally {
            startOrClose.unlock();
        }
    }

    private void requireOpen() throws SandboxException {
        if (closed) {
            throw new SandboxException("the sandbox is closed");
        }
    }

    @Override
    public void freeze() {
        if (!closed) {
            sandbox.freeze();
        }
    }

    @Override
    public void thaw() {
        if (!closed) {
            sandbox.thaw();
        }
    }

    @Override
    public Bytes peakMemory() {
        try {
            return closed ? lastPeakMemory : sandbox.peakMemory();
        } catch (UncheckedIOException e) {
            return afterClose(e, lastPeakMemory);
        }
    }

    @Override
    public @Nullable ProcessorTimes processorTimes() {
        return closed ? null : sandbox.processorTimes();
    }

    @Override
    public long outOfMemoryKills() {
        try {
            return closed ? lastOutOfMemoryKills : sandbox.outOfMemoryKills();
        } catch (UncheckedIOException e) {
            return afterClose(e, lastOutOfMemoryKills);
        }
    }

    @Override
    public void close() {
        startOrClose.lock();
        try {
            if (closed) {
                return;
            }
            rememberFigures();
            closed = true;
            sandbox.close();
        } finally {
            startOrClose.unlock();
        }
    }

    private void rememberFigures() {
        try {
            lastPeakMemory = sandbox.peakMemory();
            lastOutOfMemoryKills = sandbox.outOfMemoryKills();
        } catch (UncheckedIOException e) {
            log.log(Level.WARNING, "the last figures of a sandbox cannot be read", e);
        }
    }

    /// A figure that could not be read because the sandbox was closed meanwhile.
    private <T> T afterClose(UncheckedIOException failure, T last) {
        if (closed) {
            return last;
        }
        throw failure;
    }
}
