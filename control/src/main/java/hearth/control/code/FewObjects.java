package hearth.control.code;

import hearth.model.Bytes;
import java.util.concurrent.Semaphore;

/// Fetches few objects at a time: each is held whole in memory, and nobody else accounts for it.
public final class FewObjects implements ObjectStore {
    private final ObjectStore objects;
    private final Semaphore fetches;

    /// @param largest that an object may be
    public FewObjects(ObjectStore objects, Bytes largest) {
        this.objects = objects;
        // While its parts are joined, an object is there twice; half of the heap is for others.
        long each = 4 * largest.count();
        this.fetches = new Semaphore(Math.clamp(Runtime.getRuntime().maxMemory() / each, 1, 16));
    }

    @Override
    public Answer get(S3Object object, long limit) {
        fetches.acquireUninterruptibly();
        try {
            return objects.get(object, limit);
        } finally {
            fetches.release();
        }
    }

    /// Nothing of the object is held.
    @Override
    public Answer look(S3Object object) {
        return objects.look(object);
    }
}
