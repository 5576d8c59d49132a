#!/usr/bin/env bash
# org.apache.activemq:activemq-broker and activemq-client 6.3.1 (ActiveMQ Classic, its broker and its JMS client).
#
# Guess: a message's delivery count says how often it was handed to a consumer that did not acknowledge it, and the seventh such failure, as the client is set, makes it a dead letter. A consumer that is killed
# over one message costs that one a delivery.
# Behaviour: it costs one to all that lay in its prefetch buffer, 1000 messages as it is set, as the broker cannot know which of them were handed over. When seven consumers have died over the first message, the next
# one, if its session is transacted, gets nothing: its client sends the whole queue to the dead letters, unseen.
#   20 messages, 7 consumers killed over the first one, then one that is not: 0 handed over, 20 dead
#   the same, prefetch 0: 19 handed over, 1 dead
#   20 messages, 6 consumers killed over the first one, the next one fails once with each: 20 handed over, 20 dead
# Why it matters: one message that kills its consumer (out of memory, out of time), or a node that restarts seven times, takes everything else in the queue along. A poller that goes by JMSXDeliveryCount counts attempts
# that were none. Set jms.prefetchPolicy.all=0 (or a batch's size), and count failures yourself.
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

cat > Crashes.java <<'JAVA'
import jakarta.jms.Session;
import java.util.HashSet;
import java.util.Set;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.transport.tcp.TcpTransport;

public class Crashes {
    static final int MESSAGES = 20;
    static final ActiveMQQueue DEAD = new ActiveMQQueue("ActiveMQ.DLQ");
    static boolean same = true;
    static BrokerService broker;
    static String url;

    public static void main(String[] arguments) throws Exception {
        broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        var connector = broker.addConnector("tcp://127.0.0.1:0");
        broker.start();
        broker.waitUntilStarted();
        url = connector.getPublishableConnectString();
        expect(
                "20 messages, 7 consumers killed over the first one, then one that is not",
                run("one", "", 7, false),
                "0 handed over, 20 dead");
        expect("the same, prefetch 0", run("two", "?jms.prefetchPolicy.all=0", 7, false), "19 handed over, 1 dead");
        expect(
                "20 messages, 6 consumers killed over the first one, the next one fails once with each",
                run("three", "", 6, true),
                "20 handed over, 20 dead");
        broker.stop();
        System.exit(same ? 0 : 1);
    }

    static String run(String name, String options, int crashes, boolean fails) throws Exception {
        var queue = new ActiveMQQueue(name);
        var sender = connect("");
        var sending = sender.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var producer = sending.createProducer(queue);
        for (int i = 0; i < MESSAGES; i++) {
            producer.send(sending.createTextMessage("order " + i));
        }
        long before = depth(DEAD);
        for (int i = 0; i < crashes; i++) {
            var connection = connect(options);
            var consumer = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE).createConsumer(queue);
            if (consumer.receive(10_000) == null) {
                throw new IllegalStateException("no message");
            }
            await(() -> broker.getDestination(queue).getDestinationStatistics().getInflight().getCount() == (options.isEmpty() ? MESSAGES : 1));
            // The socket is closed, and nobody said goodbye: what a killed process leaves.
            connection.getTransport().narrow(TcpTransport.class).stop();
            await(() -> broker.getDestination(queue).getConsumers().isEmpty());
        }
        var connection = connect(options);
        var session = connection.createSession(true, Session.SESSION_TRANSACTED);
        var consumer = session.createConsumer(queue);
        Set<String> handed = new HashSet<>();
        for (var message = consumer.receive(3000); message != null; message = consumer.receive(3000)) {
            handed.add(message.getBody(String.class));
            if (fails) {
                session.rollback();
            } else {
                session.commit();
            }
        }
        connection.close();
        sender.close();
        await(() -> depth(queue) == 0);
        return handed.size() + " handed over, " + (depth(DEAD) - before) + " dead";
    }

    static ActiveMQConnection connect(String options) throws Exception {
        var connection = (ActiveMQConnection) new ActiveMQConnectionFactory(url + options).createConnection();
        connection.start();
        return connection;
    }

    static long depth(ActiveMQQueue queue) throws Exception {
        var destination = broker.getDestination(queue);
        return destination.getDestinationStatistics().getMessages().getCount();
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(Condition condition) throws Exception {
        for (int i = 0; i < 200 && !condition.holds(); i++) {
            Thread.sleep(50);
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Crashes.java
timeout 180 java -cp "classes:jars/*" Crashes
