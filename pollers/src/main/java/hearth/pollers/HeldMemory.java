package hearth.pollers;

import java.time.Duration;

/// What one reader of a source has taken out and is not done with, as it counts in the memory of all pollers. Whoever
/// has no room for more waits with nothing of its own to be done first, or gives its function what there is.
public final class HeldMemory implements AutoCloseable {
    /// After how long it is looked whether there is room again.
    public static final Duration LOOK = Duration.ofMillis(100);

    private final BatchInvoker invoker;
    private long held;
    private boolean closed;

    public HeldMemory(BatchInvoker invoker) {
        this.invoker = invoker;
    }

    /// Counts so many bytes from now on, be there room for them or not.
    public synchronized void set(long bytes) {
        long now = closed ? 0 : bytes;
        if (now > held) {
            invoker.hold(now - held);
        } else if (now < held) {
            invoker.giveBack(held - now);
        }
        held = now;
    }

    public synchronized void add(long bytes) {
        set(held + bytes);
    }

    /// Whether there is memory for what one more poll may bring.
    public boolean hasRoom() {
        return invoker.hasRoom();
    }

    /// Gives back all, and counts nothing more.
    @Override
    public synchronized void close() {
        closed = true;
        set(0);
    }
}
