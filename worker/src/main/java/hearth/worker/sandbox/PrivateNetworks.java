package hearth.worker.sandbox;

import hearth.worker.linux.Uninterrupted;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A small stock of networks, made while nobody waits: making one takes as long as all else of a sandbox together.
///
/// None is ever used twice.
final class PrivateNetworks implements AutoCloseable {
    private static final Logger log = System.getLogger(PrivateNetworks.class.getName());

    private static final int STOCK = 8;

    /// How long nobody took one before the stock is filled up: those who take them have the CPU first.
    private static final long QUIET = Duration.ofMillis(100).toNanos();

    private static final long PAUSE_AFTER_FAILURE = Duration.ofSeconds(30).toNanos();

    private final SandboxNetwork network;
    private final Slots slots;
    private final List<InetSocketAddress> services;
    private final Thread thread;
    private final ArrayDeque<PrivateNetwork> stock = new ArrayDeque<>(); // guarded by this
    private long fillAfter; // guarded by this
    private boolean closed; // guarded by this

    /// @param services where sockets listen in each, besides the Runtime API's
    PrivateNetworks(SandboxNetwork network, Slots slots, List<InetSocketAddress> services) {
        this.network = network;
        this.slots = slots;
        this.services = services;
        this.fillAfter = System.nanoTime() + QUIET;
        this.thread = Thread.ofPlatform().daemon().name("private-networks").start(this::work);
    }

    PrivateNetwork take() throws SandboxException {
        PrivateNetwork ready;
        synchronized (this) {
            fillAfter = System.nanoTime() + QUIET;
            ready = stock.pollFirst();
            notifyAll();
        }
        return ready != null ? ready : PrivateNetwork.make(network, slots, services);
    }

    synchronized boolean isFull() {
        return stock.size() == STOCK;
    }

    private void work() {
        try {
            while (awaitNeed()) {
                fill();
            }
        } catch (InterruptedException e) {
            log.log(Level.DEBUG, "the stock of networks was interrupted");
        }
    }

    private void fill() {
        try {
            var made = PrivateNetwork.make(network, slots, services);
            if (!keep(made)) {
                made.discard();
                slots.giveBack(made.uid());
            }
        } catch (SandboxException | RuntimeException e) {
            log.log(Level.WARNING, "no network can be kept ready: {0}", e.getMessage());
            synchronized (this) {
                fillAfter = System.nanoTime() + PAUSE_AFTER_FAILURE;
            }
        }
    }

    private synchronized boolean keep(PrivateNetwork made) {
        if (!closed) {
            stock.addLast(made);
        }
        return !closed;
    }

    /// @return false when it is closed
    private synchronized boolean awaitNeed() throws InterruptedException {
        while (!closed) {
            var wait = fillAfter - System.nanoTime();
            if (stock.size() < STOCK && wait <= 0) {
                return true;
            }
            if (stock.size() < STOCK) {
                TimeUnit.NANOSECONDS.timedWait(this, wait);
            } else {
                wait();
            }
        }
        return false;
    }

    /// Removes those that nobody took.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        Uninterrupted.join(thread);
        for (var left : stock) {
            left.discard();
            slots.giveBack(left.uid());
        }
    }
}
