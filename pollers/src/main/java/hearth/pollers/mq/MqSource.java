package hearth.pollers.mq;

import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.Pollers;
import hearth.pollers.Status;

/// Makes pollers of queues of Amazon MQ.
public record MqSource(MqServices services) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        return new MqPoller(mapping, services, status);
    }
}
