package hearth.pollers.kinesis;

import hearth.events.aws.AwsClients;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.Pollers;
import hearth.pollers.Status;
import hearth.pollers.streams.StreamPoller;
import hearth.pollers.streams.StreamServices;

/// Makes pollers of data streams of Kinesis.
public record KinesisSource(AwsClients clients, StreamServices services) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        return new StreamPoller(mapping, new KinesisStream(clients, mapping.source()), services, status);
    }
}
