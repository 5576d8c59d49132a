#!/usr/bin/env bash
# org.apache.activemq:activemq-broker and activemq-client 6.3.1 (ActiveMQ Classic, its broker and its JMS client).
#
# Guess: a message whose handling has failed as often as the client is told is a dead letter: it is in ActiveMQ.DLQ, to be looked at. Whether it was sent persistent says what becomes of it when the broker is restarted.
# Behaviour: it says this too. One that was not sent persistent is dropped after the last attempt; for the consumer both are alike. One that nobody took within its time to live becomes a dead letter as the failed
# ones do, if it was persistent, though nothing has failed.
#   persistent, fails: handed over 3 times, 1 dead letter
#   not persistent, fails: handed over 3 times, 0 dead letters
#   persistent, its time is over: handed over 0 times, 1 dead letter
#   not persistent, its time is over: handed over 0 times, 0 dead letters
#   not persistent, fails, broker set to keep such (processNonPersistent): handed over 3 times, 1 dead letter
# Why it matters: it is the producer that decides, often in a setting for speed, whether a consumer's failures are kept, and an alarm on the dead letters stays silent where every message fails. Of those that are there some are only
# old; who sends them all again does old work. Set a DeadLetterStrategy with processNonPersistent, and processExpired as you want it.
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

cat > Dead.java <<'JAVA'
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.broker.region.policy.SharedDeadLetterStrategy;
import org.apache.activemq.command.ActiveMQQueue;

public class Dead {
    static boolean same = true;
    static Connection connection;

    public static void main(String[] arguments) throws Exception {
        var strategy = new SharedDeadLetterStrategy();
        strategy.setProcessNonPersistent(true);
        var kept = new PolicyEntry();
        kept.setQueue("kept.>");
        kept.setDeadLetterStrategy(strategy);
        var policies = new PolicyMap();
        policies.put(kept.getDestination(), kept);
        var broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.setDestinationPolicy(policies);
        var connector = broker.addConnector("tcp://127.0.0.1:0");
        broker.start();
        broker.waitUntilStarted();
        var factory = new ActiveMQConnectionFactory(connector.getPublishableConnectString());
        factory.getRedeliveryPolicy().setInitialRedeliveryDelay(0);
        factory.getRedeliveryPolicy().setRedeliveryDelay(0);
        factory.getRedeliveryPolicy().setMaximumRedeliveries(2);
        connection = factory.createConnection();
        connection.start();
        expect("persistent, fails", run("one", DeliveryMode.PERSISTENT, 0), "handed over 3 times, 1 dead letter");
        expect("not persistent, fails", run("two", DeliveryMode.NON_PERSISTENT, 0), "handed over 3 times, 0 dead letters");
        expect("persistent, its time is over", run("three", DeliveryMode.PERSISTENT, 500), "handed over 0 times, 1 dead letter");
        expect("not persistent, its time is over", run("four", DeliveryMode.NON_PERSISTENT, 500), "handed over 0 times, 0 dead letters");
        expect(
                "not persistent, fails, broker set to keep such (processNonPersistent)",
                run("kept.one", DeliveryMode.NON_PERSISTENT, 0),
                "handed over 3 times, 1 dead letter");
        connection.close();
        broker.stop();
        System.exit(same ? 0 : 1);
    }

    static String run(String name, int mode, long life) throws Exception {
        var session = connection.createSession(true, Session.SESSION_TRANSACTED);
        var queue = new ActiveMQQueue(name);
        var producer = session.createProducer(queue);
        producer.setDeliveryMode(mode);
        producer.setTimeToLive(life);
        producer.send(session.createTextMessage("order"));
        session.commit();
        Thread.sleep(2 * life);
        int handed = 0;
        try (var consumer = session.createConsumer(queue)) {
            while (consumer.receive(2000) != null) {
                handed++;
                session.rollback();
            }
        }
        int dead = 0;
        try (var consumer = session.createConsumer(new ActiveMQQueue("ActiveMQ.DLQ"))) {
            while (consumer.receive(2000) != null) {
                dead++;
                session.commit();
            }
        }
        session.close();
        return "handed over " + handed + " times, " + dead + " dead letter" + (dead == 1 ? "" : "s");
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Dead.java
timeout 120 java -cp "classes:jars/*" Dead
