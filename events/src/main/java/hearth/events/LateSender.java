package hearth.events;

import hearth.cluster.DeliveryRecord;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A sender that is made when there is something to send: most servers never have anything, and its classes are many.
public final class LateSender implements DestinationSender {
    private final Supplier<DestinationSender> make;
    private @Nullable DestinationSender made;
    private boolean closed;

    public LateSender(Supplier<DestinationSender> make) {
        this.make = make;
    }

    @Override
    public void send(Target target, DeliveryRecord delivery) throws DeliveryException {
        sender().send(target, delivery);
    }

    private synchronized DestinationSender sender() throws DeliveryException {
        if (closed) {
            throw new DeliveryException("The server stops.", null);
        }
        if (made == null) {
            made = make.get();
        }
        return made;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (made != null) {
            made.close();
        }
    }
}
