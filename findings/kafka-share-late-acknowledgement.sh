#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaShareConsumer and a broker).
#
# Guess: as with a consumer group, whose commitSync throws when the consumer is too late and has lost its partitions, commitSync of a share consumer throws when the lock on the records has run out,
# so that who gets beyond it knows that they are done.
# Behaviour: it returns. What went wrong is in the map that it returns, which code that was written for the other consumer has no use for; the records are acquired again and handed to anyone,
# also to the same consumer. With acknowledgement by the next poll there is not even a map, only a callback, if one was set.
#   acknowledged in time: commitSync returned, errors none
#   acknowledged after the lock ran out: commitSync returned, errors InvalidRecordStateException
#   polled again: 3 of the 3 records once more, delivery 2
#   implicit acknowledgement, the next poll after the lock ran out: returned 3 of the 3 records once more, delivery 2
# Why it matters: a function that takes longer than the lock (30 s, unless the group says otherwise) does its work twice, and up to five times, while everything looks committed. Read the
# map, renew locks (AcknowledgeType.RENEW) while the work goes on, and have work that may be done twice.
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

cat > Late.java <<'JAVA'
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

public class Late {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var broker = new Broker();
        broker.setGroup(Broker.GROUP, "share.auto.offset.reset", "earliest");
        try (var producer = broker.producer(Map.of("linger.ms", "500"))) {
            try (var consumer = broker.shareConsumer(Map.of("share.acknowledgement.mode", "explicit"))) {
                consumer.subscribe(List.of(Broker.TOPIC));
                send(producer);
                expect("acknowledged in time", commit(consumer, poll(consumer)), "commitSync returned, errors none");
                send(producer);
                var records = poll(consumer);
                Thread.sleep(4500);
                expect(
                        "acknowledged after the lock ran out",
                        commit(consumer, records),
                        "commitSync returned, errors InvalidRecordStateException");
                var again = poll(consumer);
                expect("polled again", compare(records, again), "3 of the 3 records once more, delivery 2");
                commit(consumer, again);
            }
            try (var consumer = broker.shareConsumer(Map.of())) {
                consumer.subscribe(List.of(Broker.TOPIC));
                send(producer);
                var records = poll(consumer);
                Thread.sleep(4500);
                expect(
                        "implicit acknowledgement, the next poll after the lock ran out",
                        "returned " + compare(records, poll(consumer)),
                        "returned 3 of the 3 records once more, delivery 2");
            }
        }
        System.exit(same ? 0 : 1);
    }

    /// Three records in one batch.
    static void send(org.apache.kafka.clients.producer.KafkaProducer<String, String> producer) {
        for (int i = 0; i < 3; i++) {
            producer.send(new ProducerRecord<>(Broker.TOPIC, "order"));
        }
        producer.flush();
    }

    static ConsumerRecords<String, String> poll(KafkaShareConsumer<String, String> consumer) {
        for (int i = 0; i < 60; i++) {
            var records = consumer.poll(Duration.ofMillis(500));
            if (!records.isEmpty()) {
                return records;
            }
        }
        throw new IllegalStateException("no records");
    }

    static String commit(KafkaShareConsumer<String, String> consumer, ConsumerRecords<String, String> records) {
        records.forEach(record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));
        try {
            String errors = consumer.commitSync().values().stream()
                    .flatMap(Optional::stream)
                    .map(error -> error.getClass().getSimpleName())
                    .collect(Collectors.joining(", "));
            return "commitSync returned, errors " + (errors.isEmpty() ? "none" : errors);
        } catch (RuntimeException e) {
            return "commitSync threw " + e.getClass().getSimpleName();
        }
    }

    static String compare(ConsumerRecords<String, String> records, ConsumerRecords<String, String> again) {
        var offsets = new java.util.HashSet<Long>();
        records.forEach(record -> offsets.add(record.offset()));
        int same = 0;
        int delivery = 0;
        for (var record : again) {
            if (offsets.contains(record.offset())) {
                same++;
                delivery = record.deliveryCount().orElse((short) 0);
            }
        }
        return same + " of the " + offsets.size() + " records once more, delivery " + delivery;
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java Late.java
timeout 120 java -Xmx256m -cp "classes:jars/*" Late
