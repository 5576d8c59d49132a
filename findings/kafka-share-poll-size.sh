#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaShareConsumer and a broker).
#
# Guess: max.poll.records says how many records poll returns at most, as it is documented, to share consumers as well.
# Behaviour: a share consumer gets whole batches, as producers made them, as long as share.acquire.mode is batch_optimized, which it is by default: with max.poll.records 10 a poll
# returns a hundred. All of them are locked from then on, with one lock duration for all. In mode record_limit the bound holds.
#   a batch of 100, max.poll.records 10: 100 records
#   100 batches of one: 10 records
#   a batch of 100, max.poll.records 10, record_limit: 10 records
# Why it matters: it depends on the producers' linger.ms and load, so that a test has ten and the evening's peak has hundreds: more than a function's batch size, its payload of 6 MB or its time allow, and the lock of
# the last ones is over before their turn comes. Set record_limit, or cut what a poll returned and renew the locks of the rest.
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

cat > PollSize.java <<'JAVA'
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.ProducerRecord;

public class PollSize {
    static boolean same = true;
    static Broker broker;

    public static void main(String[] arguments) throws Exception {
        broker = new Broker();
        broker.setGroup(Broker.GROUP, "share.auto.offset.reset", "earliest");
        expect("a batch of 100, max.poll.records 10", run(true, Map.of()), "100 records");
        expect("100 batches of one", run(false, Map.of()), "10 records");
        expect(
                "a batch of 100, max.poll.records 10, record_limit",
                run(true, Map.of("share.acquire.mode", "record_limit")),
                "10 records");
        System.exit(same ? 0 : 1);
    }

    /// Sends a hundred records, polls, says how many came, and reads the rest.
    static String run(boolean together, Map<String, String> mode) throws Exception {
        try (var producer = broker.producer(Map.of("linger.ms", "5000", "batch.size", "1000000"))) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>(Broker.TOPIC, "order"));
                if (!together) {
                    producer.flush();
                }
            }
            producer.flush();
        }
        var settings = new HashMap<>(mode);
        settings.put("max.poll.records", "10");
        settings.put("share.acknowledgement.mode", "explicit");
        try (var consumer = broker.shareConsumer(settings)) {
            consumer.subscribe(List.of(Broker.TOPIC));
            int first = 0;
            int all = 0;
            for (int i = 0; i < 120 && all < 100; i++) {
                var records = consumer.poll(Duration.ofMillis(500));
                first = first == 0 ? records.count() : first;
                all += records.count();
                records.forEach(record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));
                consumer.commitSync();
            }
            return all == 100 ? first + " records" : "only " + all + " came";
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java PollSize.java
timeout 150 java -Xmx256m -cp "classes:jars/*" PollSize
