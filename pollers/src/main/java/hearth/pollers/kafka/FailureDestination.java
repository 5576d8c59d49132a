package hearth.pollers.kafka;

import hearth.events.DeliveryException;
import hearth.pollers.kafka.Batch.Piece;
import hearth.pollers.kafka.FailureTopic.Message;
import java.util.Optional;

/// Who hears of records that were given up.
interface FailureDestination extends AutoCloseable {
    String TOPIC = "kafka://";

    /// Returns once the destination knows of it.
    void tell(FailureRecord record, Piece piece, String partition) throws DeliveryException, InterruptedException;

    @Override
    default void close() {}

    static Optional<FailureDestination> of(KafkaRules rules, KafkaServices services, KafkaAccess access) {
        var name = rules.destination();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                name.startsWith(TOPIC)
                        ? new OfTopic(new FailureTopic(name.substring(TOPIC.length()), access), services)
                        : new OfAws(name, services));
    }

    /// A topic of the same cluster.
    record OfTopic(FailureTopic topic, KafkaServices services) implements FailureDestination {
        @Override
        public void tell(FailureRecord record, Piece piece, String partition)
                throws DeliveryException, InterruptedException {
            topic.send(piece.records().stream()
                    .map(one -> new Message(
                            one.source().key(),
                            record.ofRecord(one, services.invoker().newRequestId())))
                    .toList());
        }

        @Override
        public void close() {
            topic.close();
        }
    }

    /// A queue of SQS, a topic of SNS or a bucket of S3.
    record OfAws(String arn, KafkaServices services) implements FailureDestination {
        @Override
        public void tell(FailureRecord record, Piece piece, String partition) throws DeliveryException {
            var id = services.invoker().newRequestId();
            var destinations = services.destinations();
            destinations.send(arn, record.ofPiece(piece, id, destinations.hasRoom(arn)), record.key(partition, id));
        }
    }
}
