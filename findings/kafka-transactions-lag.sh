#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaConsumer and a broker).
#
# Guess: what is left to read is endOffsets() less the last record's offset plus one. It is 0 when all has been read, and more when records wait.
# Behaviour: both are wrong where transactions are used. Each transaction's end takes an offset of its own, and aborted records keep theirs, so that the number stays above 0 when all has been read. And to a consumer that reads
# committed records alone the partition ends where the first open transaction begins: whatever waits behind it, from other producers too, is no lag.
#   3 records in a transaction, all read: last offset 2, end 4, left by the guess 1, currentLag 0
#   3 more that were aborted, nothing came: last offset 2, end 8, left by the guess 5, currentLag 0
#   a transaction is left open, another producer's record behind it, nothing came: last offset 2, end 8, left by the guess 5, currentLag 0
#   OffsetSpec.latest() of an Admin that reads uncommitted: 10
#   the open one is aborted: the other producer's record came, offset 9
# Why it matters: a poller that goes on until nothing is left never ends, an alarm on lag never clears, and it stays silent while a producer that died holds up everybody's records for its transaction.timeout.ms (a minute, as
# set by default). Commit position(), not the record's offset plus one, and measure what waits by an Admin.
#
# The broker runs in the same process. Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; a minute.
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

    KafkaConsumer<String, String> consumer(Map<String, String> settings) {
        var all = common();
        all.put("group.id", "readers");
        all.putAll(settings);
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    Properties common() {
        var settings = new Properties();
        settings.put("bootstrap.servers", address);
        return settings;
    }
}
JAVA

cat > Lag.java <<'JAVA'
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

public class Lag {
    static final TopicPartition PARTITION = new TopicPartition(Broker.TOPIC, 0);
    static boolean same = true;
    static KafkaConsumer<String, String> consumer;
    static long last = -1;

    public static void main(String[] arguments) throws Exception {
        var broker = new Broker();
        consumer = broker.consumer(Map.of("isolation.level", "read_committed", "auto.offset.reset", "earliest"));
        consumer.assign(List.of(PARTITION));
        try (var transactional = broker.producer(Map.of("transactional.id", "orders"));
                var other = broker.producer(Map.of());
                var admin = Admin.create(broker.common())) {
            transactional.initTransactions();
            send(transactional, 3);
            transactional.commitTransaction();
            expect("3 records in a transaction, all read", 4, "last offset 2, end 4, left by the guess 1, currentLag 0");
            send(transactional, 3);
            transactional.abortTransaction();
            expect("3 more that were aborted, nothing came", 8, "last offset 2, end 8, left by the guess 5, currentLag 0");
            send(transactional, 1);
            other.send(new ProducerRecord<>(Broker.TOPIC, "other")).get();
            expect(
                    "a transaction is left open, another producer's record behind it, nothing came",
                    8,
                    "last offset 2, end 8, left by the guess 5, currentLag 0");
            long latest = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).partitionResult(PARTITION).get().offset();
            compare("OffsetSpec.latest() of an Admin that reads uncommitted", Long.toString(latest), "10");
            transactional.abortTransaction();
            for (int i = 0; i < 60 && last < 9; i++) {
                poll();
            }
            compare("the open one is aborted", "the other producer's record came, offset " + last, "the other producer's record came, offset 9");
        }
        System.exit(same ? 0 : 1);
    }

    static void send(KafkaProducer<String, String> producer, int count) {
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(Broker.TOPIC, "order"));
        }
        producer.flush();
    }

    static void poll() {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
            last = record.offset();
        }
    }

    /// Polls until the consumer stands at the end, and a second more.
    static void expect(String name, long position, String expected) {
        for (int i = 0; i < 60 && consumer.position(PARTITION) < position; i++) {
            poll();
        }
        poll();
        poll();
        long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        String said = "last offset " + last + ", end " + end + ", left by the guess " + (end - last - 1) + ", currentLag "
                + consumer.currentLag(PARTITION).orElse(-1);
        compare(name, said, expected);
    }

    static void compare(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java Lag.java
timeout 240 java -Xmx256m -cp "classes:jars/*" Lag
