package hearth.pollers.kafka;

import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.Pollers;
import hearth.pollers.Status;

/// Makes pollers of topics.
public record KafkaSource(KafkaServices services) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        return new KafkaPoller(mapping, services, status);
    }
}
