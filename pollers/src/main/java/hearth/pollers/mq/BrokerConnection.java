package hearth.pollers.mq;

import hearth.pollers.SourceException;
import java.time.Duration;
import java.util.Optional;

/// A connection that takes messages out of one queue. It does not connect again: what it has not acknowledged comes
/// again by the next one.
///
/// Of one thread, but for `isOpen` and `close`.
///
/// @param <M> the client's messages
interface BrokerConnection<M> extends AutoCloseable {
    /// The next message, or none within the time.
    ///
    /// @throws SourceException when the connection has ended
    Optional<MqRecord<M>> receive(Duration wait) throws SourceException, InterruptedException;

    /// Has the broker forget a message that came by this connection.
    ///
    /// @throws SourceException when the connection has ended: it comes again
    void acknowledge(MqRecord<M> record) throws SourceException;

    /// Has the broker do what it does with messages that nobody wanted in time.
    void expire(MqRecord<M> record) throws SourceException;

    boolean isOpen();

    /// Ends the connection. What it did not acknowledge goes back to the queue. Throws nothing.
    @Override
    void close();
}
