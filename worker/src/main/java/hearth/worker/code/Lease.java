package hearth.worker.code;

import java.nio.file.Path;

/// The right to use an unpacked package: until it is closed, the directory stays and does not change.
public final class Lease implements AutoCloseable {
    private final Path directory;
    private final Runnable release;
    private boolean closed;

    Lease(Path directory, Runnable release) {
        this.directory = directory;
        this.release = release;
    }

    public Path directory() {
        return directory;
    }

    /// Safe to repeat.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
