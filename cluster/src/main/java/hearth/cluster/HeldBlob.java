package hearth.cluster;

import hearth.model.CodeDigest;
import java.util.concurrent.atomic.AtomicBoolean;

/// A kept package that will not be removed before this is closed, whether or not anything refers to it.
public final class HeldBlob implements AutoCloseable {
    private final CodeDigest digest;
    private final long size;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    HeldBlob(CodeDigest digest, long size, Runnable release) {
        this.digest = digest;
        this.size = size;
        this.release = release;
    }

    public CodeDigest digest() {
        return digest;
    }

    /// The size in bytes.
    public long size() {
        return size;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
