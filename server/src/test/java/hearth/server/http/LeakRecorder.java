package hearth.server.http;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/// Remembers every buffer that was lost without being released. Netty makes these by name: the build sets
/// `io.netty.customResourceLeakDetector`.
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();
    private static final AtomicBoolean USED = new AtomicBoolean();

    /// Called by Netty.
    public LeakRecorder(Class<?> resource, int interval) {
        super(resource, interval);
        USED.set(true);
    }

    /// Called by Netty.
    public LeakRecorder(Class<?> resource, int interval, long maxActive) {
        this(resource, interval);
    }

    static boolean isUsed() {
        return USED.get();
    }

    static List<String> leaks() {
        return LEAKS;
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
        LEAKS.add(resource + records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
        LEAKS.add(resource);
    }
}
