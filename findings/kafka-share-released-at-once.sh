#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaShareConsumer and a broker).
#
# Guess: a record that a share consumer releases (AcknowledgeType.RELEASE, meant for what may succeed later) is left alone for a while and comes again, as from a queue with a visibility time-out, until somebody accepts
# or rejects it.
# Behaviour: it comes again with the next poll. Every delivery counts, and after the fifth, as the broker is set, a released record is as good as rejected: it never comes again, and nothing tells the
# consumer. The limit is documented; that there is no pause is not. All five take no longer than five polls.
#   deliveries of a record that is released each time, until none came for 5 s: 1 2 3 4 5
#   from the first to the last: less than 10 s
#   commitSync of the last release: errors none
#   the next record that is sent: delivered
# Why it matters: a database that is away for a minute, or a function that is throttled, uses up all five deliveries of every record in seconds, and the records are lost. Whoever polls has to keep a failed record,
# renew its lock and wait before the next attempt, and put it elsewhere before the fifth.
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

cat > Released.java <<'JAVA'
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.ProducerRecord;

public class Released {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var broker = new Broker();
        broker.setGroup(Broker.GROUP, "share.auto.offset.reset", "earliest");
        try (var producer = broker.producer(Map.of());
                var consumer = broker.shareConsumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            consumer.subscribe(List.of(Broker.TOPIC));
            producer.send(new ProducerRecord<>(Broker.TOPIC, "order 1")).get();
            var deliveries = new StringJoiner(" ");
            long errors = 0;
            long first = 0;
            long last = 0;
            long begun = System.nanoTime();
            // 40 s for the consumer to join, then 5 s without a record.
            while (seconds(first == 0 ? begun : last) < (first == 0 ? 40 : 5)) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    last = System.nanoTime();
                    first = first == 0 ? last : first;
                    deliveries.add(String.valueOf(record.deliveryCount().orElse((short) 0)));
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    errors = consumer.commitSync().values().stream().flatMap(Optional::stream).count();
                }
            }
            expect("deliveries of a record that is released each time, until none came for 5 s", deliveries.toString(), "1 2 3 4 5");
            expect("from the first to the last", last - first < 10_000_000_000L ? "less than 10 s" : "10 s or more", "less than 10 s");
            expect("commitSync of the last release", errors == 0 ? "errors none" : errors + " errors", "errors none");
            producer.send(new ProducerRecord<>(Broker.TOPIC, "order 2")).get();
            String next = "not delivered";
            for (int i = 0; i < 30 && next.startsWith("not"); i++) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                    next = record.value().equals("order 2") ? "delivered" : record.value() + " delivered";
                }
            }
            expect("the next record that is sent", next, "delivered");
        }
        System.exit(same ? 0 : 1);
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broker.java Released.java
timeout 120 java -Xmx256m -cp "classes:jars/*" Released
