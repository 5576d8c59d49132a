package hearth.worker.linux;

import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;

/// Threads that give way to all others where processors are short: the kernel gives them a tenth of the share.
public final class LowPriorityThreads {
    private static final System.Logger LOG = System.getLogger(LowPriorityThreads.class.getName());
    private static final NativeCall SETPRIORITY = NativeCall.of("setpriority", "iiii");
    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;
    private static final int NICE = 10;

    private LowPriorityThreads() {}

    /// @param prefix of their names, before a number
    public static ThreadFactory named(String prefix) {
        var threads = Thread.ofPlatform().daemon().name(prefix, 0).factory();
        return task -> threads.newThread(() -> {
            giveWay();
            task.run();
        });
    }

    private static void giveWay() {
        try {
            SETPRIORITY.call("", PRIO_PROCESS, CALLING_THREAD, NICE);
        } catch (LinuxException e) {
            LOG.log(Level.DEBUG, "Packages are handled at the usual priority: {0}", e.getMessage());
        }
    }
}
