package hearth.conformance;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// A server of SQS that others wrote, in this process, with a client of its own.
final class ElasticMq implements AutoCloseable {
    private final SQSRestServer server;
    private final URI url;
    private final SqsClient client;

    private ElasticMq(SQSRestServer server) {
        this.server = server;
        int port = server.waitUntilStarted().localAddress().getPort();
        this.url = URI.create("http://127.0.0.1:" + port);
        this.client = Clients.of(SqsClient.builder(), url);
    }

    static ElasticMq start() {
        return start(0);
    }

    /// @param port 0 for any that is free
    static ElasticMq start(int port) {
        var builder = SQSRestServerBuilder.withInterface("127.0.0.1");
        return new ElasticMq((port == 0 ? builder.withDynamicPort() : builder.withPort(port)).start());
    }

    URI url() {
        return url;
    }

    /// Makes a queue.
    ///
    /// @return its ARN
    String create(String queue) {
        client.createQueue(r -> r.queueName(queue));
        return arn(queue);
    }

    static String arn(String queue) {
        return "arn:aws:sqs:eu-west-1:000000000000:" + queue;
    }

    /// Takes what there is out of a queue, or nothing after a second.
    List<Message> take(String queue) {
        var at = client.getQueueUrl(r -> r.queueName(queue)).queueUrl();
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
