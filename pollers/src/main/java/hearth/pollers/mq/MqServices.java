package hearth.pollers.mq;

import hearth.pollers.BatchInvoker;
import hearth.pollers.PollerMeter;
import hearth.pollers.secrets.Secrets;
import java.time.InstantSource;
import java.util.Map;

/// What all pollers of Amazon MQ work with.
///
/// @param brokers where they are, by their ARNs
public record MqServices(
        BatchInvoker invoker,
        Secrets secrets,
        Map<String, BrokerUrls> brokers,
        PollerMeter meter,
        InstantSource clock) {}
