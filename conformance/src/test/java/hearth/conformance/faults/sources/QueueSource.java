package hearth.conformance.faults.sources;

import hearth.conformance.ElasticMq;
import hearth.conformance.SwitchedRelay;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;

/// A queue of SQS, standard or FIFO, with a dead letter queue. It is kept in this process's memory, so that its server
/// is not killed: only the way to it is cut.
final class QueueSource implements FaultySource {
    private final ElasticMq server;
    private final SwitchedRelay relay;
    private final boolean fifo;
    private final String queue;
    private final String dead;

    QueueSource(boolean fifo) throws IOException {
        this.server = ElasticMq.start();
        this.relay = new SwitchedRelay(server.url());
        this.fifo = fifo;
        this.queue = fifo ? "work.fifo" : "work";
        this.dead = fifo ? "dead.fifo" : "dead";
        Map<String, String> kind = fifo ? Map.of("FifoQueue", "true") : Map.of();
        server.create(dead, kind);
        var attributes = new HashMap<>(kind);
        attributes.put("VisibilityTimeout", "5");
        attributes.put(
                "RedrivePolicy", "{\"deadLetterTargetArn\":\"" + ElasticMq.arn(dead) + "\",\"maxReceiveCount\":4}");
        server.create(queue, attributes);
    }

    @Override
    public String name() {
        return fifo ? "SQS, FIFO" : "SQS, standard";
    }

    @Override
    public Set<SourceFault> faults() {
        return Set.of(SourceFault.BROKER_AWAY);
    }

    @Override
    public List<String> options() {
        return List.of("--endpoint", "sqs=" + relay.url());
    }

    @Override
    public Map<String, String> variables() {
        return fifo ? Map.of("REPORTS", "yes", "STOPS", "yes") : Map.of("REPORTS", "yes");
    }

    @Override
    public CreateEventSourceMappingRequest.Builder map(CreateEventSourceMappingRequest.Builder request) {
        return request.eventSourceArn(ElasticMq.arn(queue))
                .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                .batchSize(5);
    }

    @Override
    public List<String> keys() {
        return fifo ? IntStream.range(0, 6).mapToObj(i -> "g" + i).toList() : List.of("q");
    }

    @Override
    public boolean keepsPoisonApart() {
        return fifo;
    }

    @Override
    public boolean isOrdered() {
        return fifo;
    }

    @Override
    public void send(Message message) {
        server.client().sendMessage(r -> {
            r.queueUrl(server.urlOf(queue)).messageBody(message.text());
            if (fifo) {
                r.messageGroupId(message.key()).messageDeduplicationId(message.text());
            }
        });
    }

    @Override
    public List<Message> givenUp() {
        return server.take(dead).stream().map(found -> Message.of(found.body())).toList();
    }

    @Override
    public void begin(SourceFault fault) throws IOException {
        relay.off();
    }

    @Override
    public void end(SourceFault fault) throws IOException {
        relay.on();
    }

    @Override
    public void close() {
        try {
            relay.close();
        } catch (IOException e) {
            System.err.println(e);
        }
        server.close();
    }
}
