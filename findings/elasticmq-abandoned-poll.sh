#!/usr/bin/env bash
# org.elasticmq:elasticmq-rest-sqs_2.13 1.7.1 (a server of SQS's API).
#
# Guess: a long poll ends with its connection: who closes the connection, or is killed, while ReceiveMessage waits, gets nothing more, and what is sent from then on is for the next one who asks.
# Behaviour: the server does not notice. The poll waits on until its WaitTimeSeconds are over, and the next message is given to it: nobody has it, it counts as received, and it is hidden until its
# visibility timeout is over.
#   a poll that is closed before a message comes: the message is hidden, the next poll gets nothing
#   again after the visibility timeout: received, ApproximateReceiveCount 2
#   a poll that is over before a message comes: the next poll gets it, ApproximateReceiveCount 1
# Why it matters: a consumer that is stopped and started again in a test, or a poller that is disabled, seems to lose the next message for 30 s (or whatever the timeout is), and with a redrive policy of
# one receive it goes to the dead letter queue unseen. Let a poll come to its end and give back what it brings, or poll for a short time while somebody may be about to stop.
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
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Abandons.java <<'JAVA'
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

public class Abandons {
    static int port;
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var server = SQSRestServerBuilder.withPort(0).withInterface("127.0.0.1").start();
        port = server.waitUntilStarted().localAddress().getPort();
        call("CreateQueue", "{\"QueueName\":\"orders\",\"Attributes\":{\"VisibilityTimeout\":\"6\"}}");

        abandonedPoll(20);
        send("one");
        expect("a poll that is closed before a message comes", receive(2), "nothing");
        expect("again after the visibility timeout", receive(10), "one, received 2");

        abandonedPoll(1);
        Thread.sleep(2500);
        send("two");
        expect("a poll that is over before a message comes", receive(2), "two, received 1");
        System.exit(same ? 0 : 1);
    }

    static String request(String operation, String body) {
        return "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS."
                + operation + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /// Asks, gives the server the time to begin, and closes the connection.
    static void abandonedPoll(int seconds) throws Exception {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request("ReceiveMessage", "{\"QueueUrl\":\"" + queue() + "\",\"WaitTimeSeconds\":" + seconds + "}")
                    .getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(500);
        }
        Thread.sleep(300);
    }

    static String queue() {
        return "http://127.0.0.1:" + port + "/000000000000/orders";
    }

    static void send(String body) throws Exception {
        call("SendMessage", "{\"QueueUrl\":\"" + queue() + "\",\"MessageBody\":\"" + body + "\"}");
    }

    /// Takes a message out and deletes it.
    static String receive(int seconds) throws Exception {
        var answer = call(
                "ReceiveMessage",
                "{\"QueueUrl\":\"" + queue() + "\",\"WaitTimeSeconds\":" + seconds + ",\"AttributeNames\":[\"ApproximateReceiveCount\"]}");
        if (!answer.contains("\"Body\":")) {
            return "nothing";
        }
        call("DeleteMessage", "{\"QueueUrl\":\"" + queue() + "\",\"ReceiptHandle\":\"" + member(answer, "ReceiptHandle") + "\"}");
        return member(answer, "Body") + ", received " + member(answer, "ApproximateReceiveCount");
    }

    static String member(String json, String name) {
        var begin = json.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return json.substring(begin, json.indexOf('"', begin));
    }

    static String call(String operation, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", "AmazonSQS." + operation)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Abandons.java
timeout 90 java -cp "classes:jars/*" Abandons
