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
        var stream = mapping.source().contains("/consumer/")
                ? new ConsumerStream(clients, mapping.source(), System::nanoTime)
                : new KinesisStream(clients, mapping.source());
        return new StreamPoller(mapping, stream, services, status);
    }
}
