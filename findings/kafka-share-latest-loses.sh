#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaShareConsumer, KafkaConsumer and a broker).
#
# Guess: a new group that begins at the latest record, as both kinds of consumers do unless told otherwise, gets what is sent after it has subscribed and polled; in doubt one polls until the partition is
# assigned, as with a KafkaConsumer, whose assignment() and position() say so.
# Behaviour: the beginning of a share group is where the partition ends when the broker first serves it to the group. That is later than the first polls, seconds on a busy machine, and a
# share consumer has no assignment(), no position() and no listener that would tell. What is sent before is passed over, for the whole group and for good.
#   KafkaConsumer, sent once it is assigned: the first record that came was the first sent
#   KafkaShareConsumer, sent after its first poll returned: the first record that came was a later one
#   KafkaShareConsumer of another group, share.auto.offset.reset=earliest: the first record that came was the topic's first
# Why it matters: a deployment that makes the group and sends, or a test, loses its first records, on slow machines more of them; and so does a topic's new partition until the group has found it. The setting
# is the group's (kafka-configs --entity-type groups), not the consumer's: set it to earliest before anybody subscribes.
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

cat > Latest.java <<'JAVA'
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;

public class Latest {
    static boolean same = true;
    static Broker broker;

    public static void main(String[] arguments) throws Exception {
        broker = new Broker();
        try (var consumer = broker.consumer()) {
            consumer.subscribe(List.of(Broker.TOPIC));
            while (consumer.assignment().isEmpty()) {
                consumer.poll(Duration.ofMillis(100));
            }
            consumer.assignment().forEach(consumer::position);
            expect("KafkaConsumer, sent once it is assigned", first(() -> consumer.poll(Duration.ofMillis(100))), "the first sent");
        }
        try (var consumer = broker.shareConsumer(Map.of())) {
            consumer.subscribe(List.of(Broker.TOPIC));
            consumer.poll(Duration.ofMillis(100));
            expect(
                    "KafkaShareConsumer, sent after its first poll returned",
                    first(() -> consumer.poll(Duration.ofMillis(100))),
                    "a later one");
        }
        // Another group, set before anybody subscribes.
        broker.setGroup("others", "share.auto.offset.reset", "earliest");
        try (var consumer = broker.shareConsumer(Map.of("group.id", "others"))) {
            consumer.subscribe(List.of(Broker.TOPIC));
            consumer.poll(Duration.ofMillis(100));
            expect(
                    "KafkaShareConsumer of another group, share.auto.offset.reset=earliest",
                    first(() -> consumer.poll(Duration.ofMillis(100))),
                    "the topic's first");
        }
        System.exit(same ? 0 : 1);
    }

    static long number;

    /// Sends a record after each poll until one comes.
    static String first(Supplier<ConsumerRecords<String, String>> poll) throws Exception {
        long begin = number;
        try (var producer = broker.producer(Map.of())) {
            for (int i = 0; i < 400; i++) {
                producer.send(new ProducerRecord<>(Broker.TOPIC, Long.toString(number++))).get();
                for (var record : poll.get()) {
                    long came = Long.parseLong(record.value());
                    return came == begin ? "the first sent" : came == 0 ? "the topic's first" : "a later one";
                }
            }
        }
        return "none";
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": the first record that came was " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java Latest.java
timeout 150 java -Xmx256m -cp "classes:jars/*" Latest
