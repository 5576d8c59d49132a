package hearth.conformance.faults.sources;

import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;

/// An event source with a broker of its own, which faults befall.
interface FaultySource extends AutoCloseable {
    String name();

    /// Those that befall the broker and what it has.
    Set<SourceFault> faults();

    /// What servers are told of it when they start.
    List<String> options();

    /// Variables of the function.
    ///
    /// With `REPORTS` it names messages that it fails on, and goes on; else it throws at the first. With `STOPS` it
    /// names those of the same key as well.
    Map<String, String> variables();

    /// Completes a mapping of it.
    CreateEventSourceMappingRequest.Builder map(CreateEventSourceMappingRequest.Builder request);

    /// The keys that messages may have.
    List<String> keys();

    /// Whether poison has to be alone with its key, since the source gives up what comes behind it as well.
    default boolean keepsPoisonApart() {
        return false;
    }

    /// Whether it promises an order.
    default boolean isOrdered() {
        return true;
    }

    /// Sends one, and waits until the broker has acknowledged it.
    ///
    /// @throws Exception where it is not known to have arrived; it is sent again then
    void send(Message message) throws Exception;

    /// What has come to the destination since this was asked last.
    List<Message> givenUp() throws Exception;

    void begin(SourceFault fault) throws Exception;

    void end(SourceFault fault) throws Exception;

    @Override
    void close();
}
