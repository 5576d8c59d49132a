package hearth.pollers.sqs;

import hearth.events.aws.AwsClients;
import hearth.pollers.BatchInvoker;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import hearth.pollers.Status;

/// Makes pollers of queues of SQS.
public record SqsSource(AwsClients clients, BatchInvoker invoker, PollerMeter meter) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        return new SqsPoller(mapping, new Queue(clients, mapping.source()), invoker, status, meter);
    }
}
