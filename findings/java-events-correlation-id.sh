#!/usr/bin/env bash
# com.amazonaws:aws-lambda-java-events 3.16.1 (ActiveMQEvent), read by com.amazonaws:aws-lambda-java-serialization 1.1.6 as the Java runtimes do.
#
# Guess: a handler of ActiveMQEvent has of each message what the event says of it, the JMS correlation id too: there is getCorrelationID().
# Behaviour: Lambda's events have it as "correlationId", and by the class's setter the property is "correlationID". Members that a class does not
# have are passed over in silence, so the id is null for every message. Its neighbour "messageID" really is written with a large D.
#   message "ID:broker-1-1:1", correlation id null
#   written back: no correlation id at all
#   the same event as a Map: correlation id order-17
# Why it matters: who answers requests over ActiveMQ finds the request by this id. A test that makes the event with setCorrelationID passes, and so does
# one whose JSON was written from the class. Handlers that need it take a Map or a class of their own; a server that makes such events must keep
# to AWS's spelling nevertheless.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-events</artifactId><version>3.16.1</version></dependency>
<dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-serialization</artifactId><version>1.1.6</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Correlation.java <<'JAVA'
import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.ActiveMQEvent;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

public class Correlation {
    public static void main(String[] arguments) {
        String json =
                """
                {
                  "eventSource": "aws:mq",
                  "eventSourceArn": "arn:aws:mq:eu-west-1:123456789012:broker:b:b-1",
                  "messages": [
                    {
                      "messageID": "ID:broker-1-1:1",
                      "messageType": "jms/text-message",
                      "deliveryMode": 1,
                      "replyTo": null,
                      "type": null,
                      "expiration": "60000",
                      "priority": 1,
                      "correlationId": "order-17",
                      "redelivered": false,
                      "destination": { "physicalName": "requests" },
                      "data": "aGVsbG8=",
                      "timestamp": 1793491200000,
                      "brokerInTime": 1793491200000,
                      "brokerOutTime": 1793491200001,
                      "properties": {}
                    }
                  ]
                }
                """;
        var serializer = JacksonFactory.getInstance().getSerializer(ActiveMQEvent.class);
        var event = serializer.fromJson(json);
        var message = event.getMessages().get(0);
        System.out.println("message \"" + message.getMessageID() + "\", correlation id " + message.getCorrelationID());
        var out = new ByteArrayOutputStream();
        serializer.toJson(event, out);
        boolean written = out.toString(UTF_8).toLowerCase().contains("correlationid");
        System.out.println("written back: " + (written ? out.toString(UTF_8) : "no correlation id at all"));
        Map<?, ?> map = JacksonFactory.getInstance().getSerializer(Map.class).fromJson(json);
        Object id = ((Map<?, ?>) ((List<?>) map.get("messages")).get(0)).get("correlationId");
        System.out.println("the same event as a Map: correlation id " + id);
        boolean same = message.getMessageID().equals("ID:broker-1-1:1") && message.getCorrelationID() == null && !written;
        System.exit(same && "order-17".equals(id) ? 0 : 1);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Correlation.java
timeout 60 java -cp "classes:jars/*" Correlation
