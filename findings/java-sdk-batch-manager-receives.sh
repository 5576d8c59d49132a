#!/usr/bin/env bash
# software.amazon.awssdk:sqs 2.59.1 (AWS SDK for Java 2, SqsAsyncBatchManager) with org.elasticmq:elasticmq-rest-sqs_2.13 1.7.1 as the queue.
#
# Guess: the batch manager is what its guide says, a drop-in replacement for the client that sends fewer requests: receiveMessage with maxNumberOfMessages(1) takes one message out of the queue, and
# its visibility time-out, which is longer than the handling of one takes, is the caller's.
# Behaviour: it fetches ten at a time, whatever the request says, and hands them out one by one. Their time-out runs meanwhile; those whose time is over are dropped without a word, and fetched again
# later. Each fetch is a receipt for the queue, which counts it towards maxReceiveCount.
#   20 messages, time-out 2 s, half a second for each, maxReceiveCount 1, with the client: 20 handled, 0 dead
#   the same with the batch manager: at most half handled, all others dead, none of those was ever handed out
# Why it matters: what is right for one message is too short for ten, and what nobody has ever seen ends in the dead-letter queue, with a receipt count that speaks of failures. A function that shares
# the queue does not get the messages either while they lie in the buffer. Receive with the client, with ten messages at a time if they are to be fewer requests; the manager is for sending and deleting.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.elasticmq</groupId><artifactId>elasticmq-rest-sqs_2.13</artifactId><version>1.7.1</version></dependency>
<dependency><groupId>software.amazon.awssdk</groupId><artifactId>sqs</artifactId><version>2.59.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Receives.java <<'JAVA'
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;

public class Receives {
    static final int MESSAGES = 20;
    static SqsAsyncClient client;

    interface Receiver {
        List<Message> receive(ReceiveMessageRequest request);
    }

    public static void main(String[] arguments) throws Exception {
        var server = SQSRestServerBuilder.withPort(0).withInterface("127.0.0.1").start();
        int port = server.waitUntilStarted().localAddress().getPort();
        client = SqsAsyncClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .build();
        boolean same = run("with the client", request -> client.receiveMessage(request).join().messages(), true);
        var manager = client.batchManager();
        same &= run("the same with the batch manager", request -> manager.receiveMessage(request).join().messages(), false);
        System.exit(same ? 0 : 1);
    }

    /// Takes one message after the other until nothing has come for longer than the time-out.
    static boolean run(String name, Receiver receiver, boolean all) throws Exception {
        String dead = create(all ? "dead-1" : "dead-2", Map.of());
        String arn = client.getQueueAttributes(request -> request.queueUrl(dead).attributeNames(QueueAttributeName.QUEUE_ARN))
                .join()
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
        String policy = "{\"maxReceiveCount\": \"1\", \"deadLetterTargetArn\": \"" + arn + "\"}";
        String queue = create(
                all ? "orders-1" : "orders-2",
                Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "2", QueueAttributeName.REDRIVE_POLICY, policy));
        for (int i = 0; i < MESSAGES; i++) {
            String body = "order " + i;
            client.sendMessage(request -> request.queueUrl(queue).messageBody(body)).join();
        }
        var request = ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(1).waitTimeSeconds(1).build();
        Set<String> handled = new HashSet<>();
        long last = System.nanoTime();
        while (System.nanoTime() - last < 5_000_000_000L) {
            for (Message message : receiver.receive(request)) {
                handled.add(message.body());
                Thread.sleep(500);
                client.deleteMessage(delete -> delete.queueUrl(queue).receiptHandle(message.receiptHandle())).exceptionally(e -> null);
                last = System.nanoTime();
            }
        }
        Set<String> lost = new HashSet<>();
        for (int i = 0; i < 2 * MESSAGES; i++) {
            client.receiveMessage(receive -> receive.queueUrl(dead).visibilityTimeout(60).maxNumberOfMessages(10))
                    .join()
                    .messages()
                    .forEach(message -> lost.add(message.body()));
        }
        if (all) {
            String said = handled.size() + " handled, " + lost.size() + " dead";
            System.out.println("20 messages, time-out 2 s, half a second for each, maxReceiveCount 1, " + name + ": " + said);
            return said.equals("20 handled, 0 dead");
        }
        Set<String> never = new HashSet<>(lost);
        never.removeAll(handled);
        boolean few = handled.size() <= MESSAGES / 2;
        boolean others = never.size() == MESSAGES - handled.size();
        System.out.println(name + ": " + (few ? "at most half handled" : handled.size() + " handled")
                + (others ? ", all others dead, none of those was ever handed out" : ", " + never.size() + " of those never handed out dead"));
        return few && others;
    }

    static String create(String name, Map<QueueAttributeName, String> attributes) {
        return client.createQueue(request -> request.queueName(name).attributes(attributes)).join().queueUrl();
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Receives.java
timeout 120 java -cp "classes:jars/*" Receives
