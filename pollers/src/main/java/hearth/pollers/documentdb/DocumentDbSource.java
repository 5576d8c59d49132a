package hearth.pollers.documentdb;

import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.Pollers;
import hearth.pollers.Status;
import hearth.pollers.streams.StreamPoller;

/// Makes pollers of change streams: each is a stream of one shard.
public record DocumentDbSource(DocumentDbServices services) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        return new StreamPoller(mapping, new ChangeStream(mapping, services), services.streams(), status);
    }
}
