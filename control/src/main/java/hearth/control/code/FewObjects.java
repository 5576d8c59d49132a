package hearth.control.code;

import hearth.model.Bytes;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lets few objects be in memory at a time, from the moment that one is fetched until it is released: each is held
/// whole.
public final class FewObjects implements ObjectStore {
    private final ObjectStore objects;
    private final Semaphore places;

    /// @param largest that an object may be
    public FewObjects(ObjectStore objects, Bytes largest) {
        // While its parts are joined, an object is there twice; half of the heap is for others.
        this(objects, Math.clamp(Runtime.getRuntime().maxMemory() / (4 * largest.count()), 1, 16));
    }

    FewObjects(ObjectStore objects, int atOnce) {
        this.objects = objects;
        this.places = new Semaphore(atOnce);
    }

    @Override
    public Answer get(S3Object object, long limit) {
        places.acquireUninterruptibly();
        boolean held = false;
        try {
            var answer = objects.get(object, limit);
            if (answer instanceof Answer.Found found) {
                held = true;
                return new Answer.Found(found.content(), found.version(), new Release(found));
            }
            return answer;
        } finally {
            if (!held) {
                places.release();
            }
        }
    }

    /// Nothing of the object is held.
    @Override
    public Answer look(S3Object object) {
        return objects.look(object);
    }

    private final class Release implements Runnable {
        private final Runnable then;
        private final AtomicBoolean released = new AtomicBoolean();

        Release(Answer.Found found) {
            then = found.release();
        }

        /// Safe to repeat.
        @Override
        public void run() {
            if (released.compareAndSet(false, true)) {
                places.release();
                then.run();
            }
        }
    }
}
