#!/usr/bin/env bash
# org.apache.activemq:activemq-broker and activemq-client 6.3.1 (ActiveMQ Classic, its broker and its JMS client).
#
# Guess: a consumer with a selector gets every message of the queue that its selector fits; how many others are there does not matter, it is at most slower.
# Behaviour: the broker looks at the first 200 messages of the queue that nobody has taken (maxPageSize), and at no other. If none of these fits, the consumer gets nothing, however many that fit come behind them, until somebody
# takes messages away from the front.
#   100 others before it: received
#   300 others before it: nothing within 5 s
#   the same, 150 of the others taken by a consumer of theirs: received
#   300 others before it, maxPageSize 1000: received
# Why it matters: pollers that turn a filter into a selector, or share one queue by kind, stand still as soon as one kind's consumer is away and 200 of its messages have gathered; the queue's depth grows, consumers are connected,
# nothing is in the log, and with the few messages of a test all is well. Give each kind a queue of its own, or filter after receiving.
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
<dependency><groupId>org.apache.activemq</groupId><artifactId>activemq-broker</artifactId><version>6.3.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Selector.java <<'JAVA'
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.command.ActiveMQQueue;

public class Selector {
    static boolean same = true;
    static Connection connection;
    static Session session;

    public static void main(String[] arguments) throws Exception {
        var large = new PolicyEntry();
        large.setQueue("large.>");
        large.setMaxPageSize(1000);
        var policies = new PolicyMap();
        policies.put(large.getDestination(), large);
        var broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.setDestinationPolicy(policies);
        var connector = broker.addConnector("tcp://127.0.0.1:0");
        broker.start();
        broker.waitUntilStarted();
        connection = new ActiveMQConnectionFactory(connector.getPublishableConnectString() + "?jms.prefetchPolicy.all=1").createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);

        expect("100 others before it", received(orders(fill("one", 100))), "received");
        var queue = fill("two", 300);
        var waiting = orders(queue);
        expect("300 others before it", received(waiting), "nothing within 5 s");
        var others = session.createConsumer(queue, "kind = 'report'");
        for (int i = 0; i < 150; i++) {
            if (others.receive(10_000) == null) {
                throw new IllegalStateException("no message");
            }
        }
        others.close();
        expect("the same, 150 of the others taken by a consumer of theirs", received(waiting), "received");
        expect("300 others before it, maxPageSize 1000", received(orders(fill("large.one", 300))), "received");
        connection.close();
        broker.stop();
        System.exit(same ? 0 : 1);
    }

    static ActiveMQQueue fill(String name, int others) throws JMSException {
        var queue = new ActiveMQQueue(name);
        try (var producer = session.createProducer(queue)) {
            for (int i = 0; i <= others; i++) {
                var message = session.createTextMessage("message " + i);
                message.setStringProperty("kind", i < others ? "report" : "order");
                producer.send(message);
            }
        }
        return queue;
    }

    /// A consumer of orders, in a session of its own.
    static MessageConsumer orders(ActiveMQQueue queue) throws JMSException {
        return connection.createSession(false, Session.AUTO_ACKNOWLEDGE).createConsumer(queue, "kind = 'order'");
    }

    static String received(MessageConsumer consumer) throws JMSException {
        return consumer.receive(5000) == null ? "nothing within 5 s" : "received";
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Selector.java
timeout 120 java -cp "classes:jars/*" Selector
