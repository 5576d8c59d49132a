package hearth.bench;

import java.io.IOException;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/// ElasticMQ, a server of SQS, in a process of its own: says its port, and ends with its input.
final class QueueServer {
    private QueueServer() {}

    public static void main(String[] arguments) throws IOException {
        var server = SQSRestServerBuilder.withInterface("127.0.0.1")
                .withDynamicPort()
                .start();
        System.out.println(server.waitUntilStarted().localAddress().getPort());
        var _ = System.in.read();
        server.stopAndWait();
    }
}
