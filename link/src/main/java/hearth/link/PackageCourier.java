package hearth.link;

import hearth.link.message.Message;
import hearth.link.message.Message.PackageCredit;
import hearth.link.message.Message.PackageFailed;
import hearth.link.message.Message.PackageFound;
import hearth.link.message.Message.PackageMessage;
import hearth.link.message.Message.PackagePart;
import hearth.link.message.Message.PackageUnwanted;
import hearth.link.message.Message.PackageWanted;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Brings deployment packages to one worker, part by part, as it takes them.
final class PackageCourier implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PackageCourier.class.getName());

    /// With its frame no more than a peer takes unasked.
    static final int PART = 60 << 10;

    /// How many parts may be on their way of one package.
    static final int AHEAD = 8;

    /// How many packages are brought at once; more wait for their turn.
    private static final int AT_ONCE = 16;

    private final PackageShelf shelf;
    private final Executor blocking;
    private final Consumer<Message> post;
    private final Map<Long, Delivery> deliveries = new ConcurrentHashMap<>();
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private volatile boolean closed;

    /// Makes the courier of one worker.
    interface Factory {
        /// @param post takes what is for that worker
        PackageCourier make(Consumer<Message> post);
    }

    /// @param blocking runs what waits for the shelf and for the worker: virtual threads
    PackageCourier(PackageShelf shelf, Executor blocking, Consumer<Message> post) {
        this.shelf = shelf;
        this.blocking = blocking;
        this.post = post;
    }

    /// One package on its way.
    private static final class Delivery {
        private final Semaphore credit = new Semaphore(AHEAD);
        private long taken;
        private volatile boolean unwanted;

        /// @param parts in all
        synchronized void credited(long parts) {
            if (parts > taken) {
                credit.release((int) Math.min(AHEAD, parts - taken));
                taken = parts;
            }
        }

        void giveUp() {
            unwanted = true;
            credit.release();
        }
    }

    /// On the connection's loop.
    void received(PackageMessage message) {
        switch (message) {
            case PackageWanted wanted -> begin(wanted);
            case PackageCredit(var request, var parts) -> {
                var delivery = deliveries.get(request);
                if (delivery != null) {
                    delivery.credited(parts);
                }
            }
            case PackageUnwanted(var request) -> {
                var delivery = deliveries.get(request);
                if (delivery != null) {
                    delivery.giveUp();
                }
            }
            case PackageFound _, PackagePart _, PackageFailed _ ->
                LOG.log(Level.WARNING, "A worker sends parts of a package, which is passed over");
        }
    }

    private void begin(PackageWanted wanted) {
        var delivery = new Delivery();
        deliveries.put(wanted.request(), delivery);
        blocking.execute(() -> {
            try {
                turns.acquireUninterruptibly();
                try {
                    deliver(wanted, delivery);
                } finally {
                    turns.release();
                }
            } finally {
                deliveries.remove(wanted.request());
            }
        });
    }

    private void deliver(PackageWanted wanted, Delivery delivery) {
        try {
            post.accept(new PackageFound(wanted.request(), shelf.content(wanted.digest())));
            if (wanted.bytes()) {
                send(wanted, delivery);
            }
        } catch (IOException | RuntimeException | Error e) {
            boolean missing = e instanceof FileNotFoundException;
            if (!missing) {
                LOG.log(Level.WARNING, "Package " + wanted.digest().hex() + " cannot be brought to a worker", e);
            }
            post.accept(new PackageFailed(wanted.request(), missing, String.valueOf(e.getMessage())));
        }
    }

    private void send(PackageWanted wanted, Delivery delivery) throws IOException {
        try (var in = shelf.open(wanted.digest())) {
            boolean more = true;
            while (more) {
                var part = in.readNBytes(PART);
                delivery.credit.acquireUninterruptibly();
                if (closed || delivery.unwanted) {
                    return;
                }
                post.accept(new PackagePart(wanted.request(), part));
                more = part.length > 0;
            }
        }
    }

    /// The worker is not there any more. Safe to repeat.
    @Override
    public void close() {
        closed = true;
        deliveries.values().forEach(Delivery::giveUp);
    }
}
