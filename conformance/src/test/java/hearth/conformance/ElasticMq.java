package hearth.conformance;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// A server of SQS that others wrote, in this process, with a client of its own.
public final class ElasticMq implements AutoCloseable {
    private final SQSRestServer server;
    private final URI url;
    private final SqsClient client;

    private ElasticMq(SQSRestServer server) {
        this.server = server;
        int port = server.waitUntilStarted().localAddress().getPort();
        this.url = URI.create("http://127.0.0.1:" + port);
        this.client = Clients.of(SqsClient.builder(), url);
    }

    public static ElasticMq start() {
        return start(0);
    }

    /// @param port 0 for any that is free
    static ElasticMq start(int port) {
        var builder = SQSRestServerBuilder.withInterface("127.0.0.1");
        return new ElasticMq((port == 0 ? builder.withDynamicPort() : builder.withPort(port)).start());
    }

    public URI url() {
        return url;
    }

    public SqsClient client() {
        return client;
    }

    /// Makes a queue.
    ///
    /// @return its ARN
    public String create(String queue) {
        return create(queue, Map.of());
    }

    public String create(String queue, Map<String, String> attributes) {
        client.createQueue(r -> r.queueName(queue).attributesWithStrings(attributes));
        return arn(queue);
    }

    public String urlOf(String queue) {
        return client.getQueueUrl(r -> r.queueName(queue)).queueUrl();
    }

    void send(String queue, List<String> bodies) {
        var entries = new ArrayList<SendMessageBatchRequestEntry>();
        for (var body : bodies) {
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id("m" + entries.size())
                    .messageBody(body)
                    .build());
        }
        var at = urlOf(queue);
        for (int from = 0; from < entries.size(); from += 10) {
            var some = entries.subList(from, Math.min(entries.size(), from + 10));
            client.sendMessageBatch(r -> r.queueUrl(at).entries(some));
        }
    }

    Map<QueueAttributeName, String> attributes(String queue) {
        var at = urlOf(queue);
        return client.getQueueAttributes(r -> r.queueUrl(at).attributeNames(QueueAttributeName.ALL))
                .attributes();
    }

    /// How many messages wait to be taken out.
    int visible(String queue) {
        return Integer.parseInt(attributes(queue).get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES));
    }

    public static String arn(String queue) {
        return "arn:aws:sqs:eu-west-1:000000000000:" + queue;
    }

    /// Takes what there is out of a queue, or nothing after a second.
    public List<Message> take(String queue) {
        var at = urlOf(queue);
        var messages = client.receiveMessage(r -> r.queueUrl(at)
                        .maxNumberOfMessages(10)
                        .waitTimeSeconds(1)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
        messages.forEach(message -> client.deleteMessage(r -> r.queueUrl(at).receiptHandle(message.receiptHandle())));
        return messages;
    }

    /// Waits until so many messages came, and takes them.
    List<Message> take(String queue, int count) {
        var taken = new ArrayList<Message>();
        Await.until(() -> count + " messages in " + queue + ", not " + taken, () -> {
            taken.addAll(take(queue));
            return taken.size() >= count;
        });
        return taken;
    }

    @Override
    public void close() {
        client.close();
        server.stopAndWait();
    }
}
