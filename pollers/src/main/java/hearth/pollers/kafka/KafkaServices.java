package hearth.pollers.kafka;

import hearth.events.aws.BatchDestinations;
import hearth.pollers.BatchInvoker;
import hearth.pollers.PollerMeter;
import hearth.pollers.secrets.Secrets;
import java.time.InstantSource;
import java.util.Map;

/// What all pollers of Kafka work with.
///
/// @param brokers of clusters of Amazon MSK, by their ARNs: `HOST:PORT`, with commas
public record KafkaServices(
        BatchInvoker invoker,
        BatchDestinations destinations,
        Secrets secrets,
        Map<String, String> brokers,
        PollerMeter meter,
        InstantSource clock) {}
