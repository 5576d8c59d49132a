package hearth.pollers.kafka;

import hearth.events.DeliveryException;
import hearth.pollers.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// The topic of the same cluster that hears of records that were given up. Its producer is made when it is needed.
final class FailureTopic implements AutoCloseable {
    /// How long the brokers may take for a record.
    private static final int PATIENCE_MILLIS = 20_000;

    private final String topic;
    private final KafkaAccess access;

    /// Guarded by this.
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /// @param key of the record that was given up; null of one without
    record Message(byte @Nullable [] key, byte[] value) {}

    FailureTopic(String topic, KafkaAccess access) {
        this.topic = topic;
        this.access = access;
    }

    /// Sends messages, and returns once the brokers have them all.
    void send(List<Message> messages) throws DeliveryException, InterruptedException {
        try {
            var sent = new ArrayList<Future<RecordMetadata>>();
            for (var message : messages) {
                sent.add(producer().send(new ProducerRecord<>(topic, message.key(), message.value())));
            }
            for (var each : sent) {
                each.get();
            }
        } catch (SourceException e) {
            throw new DeliveryException(String.valueOf(e.getMessage()), e);
        } catch (ExecutionException | KafkaException e) {
            // The client's own words may have secrets in them.
            throw new DeliveryException("The topic " + topic + " cannot be written. " + Problems.words(e), e);
        }
    }

    private synchronized KafkaProducer<byte[], byte[]> producer() throws SourceException {
        if (producer == null) {
            var settings = access.settings();
            settings.put(ProducerConfig.ACKS_CONFIG, "all");
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
            settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
            settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
            // What a function could be given, with what is said of it.
            settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20);
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close();
            producer = null;
        }
    }
}
