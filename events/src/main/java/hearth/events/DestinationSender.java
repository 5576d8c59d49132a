package hearth.events;

import hearth.cluster.DeliveryRecord;

/// The services that hear of events.
public interface DestinationSender extends AutoCloseable {
    /// Sends a message, and returns once the service has it. Blocks.
    ///
    /// @throws DeliveryException when the service does not have it, or when that is not known
    void send(Target target, DeliveryRecord delivery) throws DeliveryException;

    /// Gives back what it holds.
    @Override
    default void close() {}
}
