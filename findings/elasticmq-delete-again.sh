#!/usr/bin/env bash
# org.elasticmq:elasticmq-rest-sqs_2.13 1.7.1 (a server of SQS's API) with software.amazon.awssdk:sqs 2.59.1.
#
# Guess: as SQS has it, deleting is a wish: to delete a message that is gone succeeds, and so does, in a standard queue, to delete one by the handle of an earlier receipt, only that nothing is
# deleted then (so AWS documents it for DeleteMessage). A client may send the request again when its answer was lost.
# Behaviour: both are refused with ReceiptHandleIsInvalid, status 400, which no client tries again, by DeleteMessage and in a batch, as is a handle that never was one.
#   delete: deleted
#   the same delete again: 400 ReceiptHandleIsInvalid
#   delete by the first of two receipts: 400 ReceiptHandleIsInvalid
#   the same in a batch: ReceiptHandleIsInvalid, the sender's fault
#   delete by a made-up handle: 400 ReceiptHandleIsInvalid
#   changing the visibility of a deleted message: 400 ReceiptHandleIsInvalid
# Why it matters: a poller that counts a failed delete as a failed batch, and lets it be done again, works with SQS and loops here after one lost answer; and a test that waits for this error, as a sign
# that a function took longer than the visibility time-out, never sees it at AWS. To a poller the error means: not mine any more, go on.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
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

cat > Deletes.java <<'JAVA'
import java.net.URI;
import java.util.concurrent.Callable;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

public class Deletes {
    static boolean same = true;
    static SqsClient client;
    static String queue;

    public static void main(String[] arguments) throws Exception {
        var server = SQSRestServerBuilder.withPort(0).withInterface("127.0.0.1").start();
        int port = server.waitUntilStarted().localAddress().getPort();
        client = SqsClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .build();
        queue = client.createQueue(request -> request.queueName("orders")).queueUrl();

        client.sendMessage(request -> request.queueUrl(queue).messageBody("one"));
        String handle = receive(30);
        expect("delete", () -> delete(handle), "deleted");
        expect("the same delete again", () -> delete(handle), "400 ReceiptHandleIsInvalid");

        client.sendMessage(request -> request.queueUrl(queue).messageBody("two"));
        String first = receive(0);
        String second = receive(30);
        if (first.equals(second)) {
            throw new IllegalStateException("one handle for two receipts");
        }
        expect("delete by the first of two receipts", () -> delete(first), "400 ReceiptHandleIsInvalid");
        var entry = DeleteMessageBatchRequestEntry.builder().id("0").receiptHandle(first).build();
        expect(
                "the same in a batch",
                () -> {
                    var failed = client.deleteMessageBatch(request -> request.queueUrl(queue).entries(entry)).failed();
                    return failed.get(0).code() + ", " + (failed.get(0).senderFault() ? "the sender's fault" : "not the sender's fault");
                },
                "ReceiptHandleIsInvalid, the sender's fault");
        expect("delete by a made-up handle", () -> delete("made-up"), "400 ReceiptHandleIsInvalid");
        delete(second);
        expect(
                "changing the visibility of a deleted message",
                () -> {
                    client.changeMessageVisibility(
                            request -> request.queueUrl(queue).receiptHandle(second).visibilityTimeout(60));
                    return "changed";
                },
                "400 ReceiptHandleIsInvalid");
        System.exit(same ? 0 : 1);
    }

    static String receive(int visibility) {
        return client.receiveMessage(request -> request.queueUrl(queue).visibilityTimeout(visibility).waitTimeSeconds(5))
                .messages()
                .get(0)
                .receiptHandle();
    }

    static String delete(String handle) {
        client.deleteMessage(request -> request.queueUrl(queue).receiptHandle(handle));
        return "deleted";
    }

    static void expect(String name, Callable<String> call, String expected) throws Exception {
        String said;
        try {
            said = call.call();
        } catch (SqsException e) {
            said = e.statusCode() + " " + e.awsErrorDetails().errorCode();
        }
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Deletes.java
timeout 90 java -cp "classes:jars/*" Deletes
