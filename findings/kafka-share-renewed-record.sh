#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaShareConsumer and a broker).
#
# Guess: AcknowledgeType.RENEW, with commitSync behind it, prolongs the lock on a record and leaves it in its consumer's hands: when the work is done, the record is acknowledged as it would have been without.
# Behaviour: once the renewal is committed, the client has the record no more: acknowledging it throws, though the broker holds the lock for this consumer. Only after a poll, which returns at once with the
# record a second time (delivery 1, as before) and asks no broker for it, may it be acknowledged, the object of the first poll too.
#   renewed and committed: accept throws IllegalStateException
#   polled: 1 record, the same one, delivery 1, at once
#   accept of the object that was polled first: accepted
#   polled once more: 0 records
# Why it matters: a consumer that renews while a function runs, and acknowledges at its end, dies of the exception, and its work is done again elsewhere; one that takes whatever poll returns for new
# runs the function twice without the broker's knowing. Poll after each renewal, and pass over what is in hand already.
#
# The broker runs in the same process, with locks of 3 s in place of 30. Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>4.4.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Broker.java <<'JAVA'
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/// A broker with its controller in this process, on ports that were free; a topic of one partition and a share group.
class Broker {
    static final String TOPIC = "orders";
    static final String GROUP = "workers";
    private final String address;

    Broker() throws Exception {
        int port;
        int other;
        try (var one = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                var two = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = one.getLocalPort();
            other = two.getLocalPort();
        }
        address = "127.0.0.1:" + port;
        String data = Files.createDirectory(Path.of("data")).toAbsolutePath().toString();
        var settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + other);
        settings.put("listeners", "PLAINTEXT://" + address + ",CONTROLLER://127.0.0.1:" + other);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("log.dirs", data);
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.share.min.record.lock.duration.ms", "1000");
        settings.put("group.share.record.lock.duration.ms", "3000");
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(data)
                .setDirectories(Set.of(data))
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
        new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM).startup();
        try (var admin = Admin.create(common())) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
    }

    void setGroup(String group, String name, String value) throws Exception {
        try (var admin = Admin.create(common())) {
            var set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), List.of(set)))
                    .all()
                    .get();
        }
    }

    KafkaProducer<String, String> producer(Map<String, String> settings) {
        var all = common();
        all.putAll(settings);
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    KafkaShareConsumer<String, String> shareConsumer(Map<String, String> settings) {
        var all = common();
        all.put("group.id", GROUP);
        all.putAll(settings);
        return new KafkaShareConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    KafkaConsumer<String, String> consumer() {
        var all = common();
        all.put("group.id", "readers");
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    private Properties common() {
        var settings = new Properties();
        settings.put("bootstrap.servers", address);
        return settings;
    }
}
JAVA

cat > Renew.java <<'JAVA'
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

public class Renew {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var broker = new Broker();
        broker.setGroup(Broker.GROUP, "share.auto.offset.reset", "earliest");
        try (var producer = broker.producer(Map.of());
                var consumer = broker.shareConsumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            consumer.subscribe(List.of(Broker.TOPIC));
            producer.send(new ProducerRecord<>(Broker.TOPIC, "order")).get();
            var record = poll(consumer);
            acknowledge(consumer, record, AcknowledgeType.RENEW);
            consumer.commitSync();
            expect(
                    "renewed and committed",
                    "accept " + acknowledge(consumer, record, AcknowledgeType.ACCEPT),
                    "accept throws IllegalStateException");
            long begin = System.nanoTime();
            var again = consumer.poll(Duration.ofSeconds(10));
            boolean atOnce = System.nanoTime() - begin < 500_000_000;
            boolean isSame = again.count() == 1 && again.iterator().next().offset() == record.offset();
            int delivery = again.isEmpty() ? 0 : again.iterator().next().deliveryCount().orElse((short) 0);
            expect(
                    "polled",
                    again.count() + " record, " + (isSame ? "the same one" : "another") + ", delivery " + delivery
                            + (atOnce ? ", at once" : ", later"),
                    "1 record, the same one, delivery 1, at once");
            expect(
                    "accept of the object that was polled first",
                    acknowledge(consumer, record, AcknowledgeType.ACCEPT),
                    "accepted");
            consumer.commitSync();
            expect("polled once more", consumer.poll(Duration.ofSeconds(5)).count() + " records", "0 records");
        }
        System.exit(same ? 0 : 1);
    }

    static ConsumerRecord<String, String> poll(KafkaShareConsumer<String, String> consumer) {
        for (int i = 0; i < 60; i++) {
            var records = consumer.poll(Duration.ofMillis(500));
            if (!records.isEmpty()) {
                return records.iterator().next();
            }
        }
        throw new IllegalStateException("no records");
    }

    static String acknowledge(KafkaShareConsumer<String, String> consumer, ConsumerRecord<String, String> record, AcknowledgeType type) {
        try {
            consumer.acknowledge(record, type);
            return "accepted";
        } catch (RuntimeException e) {
            return "throws " + e.getClass().getSimpleName();
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java Renew.java
timeout 120 java -Xmx256m -cp "classes:jars/*" Renew
