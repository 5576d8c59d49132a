package hearth.worker.sandbox;

import hearth.model.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The disposal of what ended sandboxes leave in the kernel once no process of theirs lives: mounts, a network, a slot.
///
/// The kernel takes its time for these, most of it waiting, and nobody else needs them. One thread gives them back,
/// several sandboxes' at once, for the kernel then waits once for all of them.
final class Disposal implements AutoCloseable {
    private static final Logger log = System.getLogger(Disposal.class.getName());

    /// How many may wait for it. Who comes then has to do it, so that a server that ends sandboxes faster than
    /// the kernel removes them does not fill the disk.
    private static final int MOST = 256;

    /// What one sandbox leaves.
    interface Leavings {
        /// Lets go of what the kernel removes by itself when nothing holds it.
        void letGo();

        /// Removes what has a name, and gives that back.
        void remove();
    }

    private final ArrayDeque<Leavings> waiting = new ArrayDeque<>(); // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Thread thread; // guarded by this

    /// Whatever it takes. Waits for it only when too many wait already.
    void accept(Leavings leavings) {
        if (!offer(leavings)) {
            dispose(List.of(leavings));
        }
    }

    private synchronized boolean offer(Leavings leavings) {
        if (closed || waiting.size() == MOST) {
            return false;
        }
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("sandbox-disposal").start(this::work);
        }
        waiting.addLast(leavings);
        notifyAll();
        return true;
    }

    private void work() {
        try {
            for (var next = awaitSome(); !next.isEmpty(); next = awaitSome()) {
                dispose(next);
            }
        } catch (InterruptedException e) {
            log.log(Level.DEBUG, "the disposal of sandboxes was interrupted");
        }
    }

    /// @return none at the end
    private synchronized List<Leavings> awaitSome() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        var some = List.copyOf(waiting);
        waiting.clear();
        return some;
    }

    static void dispose(List<? extends Leavings> all) {
        all.forEach(each -> step(each::letGo));
        all.forEach(each -> step(each::remove));
    }

    private static void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, "what a sandbox leaves cannot be removed", e);
        }
    }

    /// Waits until all is removed.
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            ending = thread;
            notifyAll();
        }
        if (ending != null) {
            Threads.awaitEnd(ending);
        }
    }
}
