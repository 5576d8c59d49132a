#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaConsumer.pause, with default settings, and a broker).
#
# Guess: pausing a partition while there is enough of it to be worked on, and resuming it before that is all done, costs nothing: the next records are there when they are wanted.
# Behaviour: while it is paused the client asks the broker for the other partitions alone. If these have nothing new the broker answers after fetch.max.wait.ms (by default half a second), and the
# client has one question at a time for each broker: the partition that is resumed meanwhile is asked for only then. With 1 KB records some two thousand a second come, whatever the work takes.
# Without pausing it does not happen, for the client asks for no partition of a broker while it has records of any other that is not paused; nor when the idle partitions are paused with it.
#   no idle partition, the busy one paused while 100 records wait: quick
#   beside an idle partition, never paused: quick
#   beside an idle partition, the busy one paused while 100 records wait: slow
#   beside an idle partition, both paused while 100 records wait: quick
# Why it matters: pause and resume are how a consumer is told to hold back, and a topic whose keys gather in one partition is read at a twentieth of its speed, with both processors idle. Pause all
# partitions of a broker together, for as long as none of the others has a lag (KafkaConsumer.currentLag), or lower fetch.max.wait.ms and pay for questions that find nothing.
#
# The broker runs in the same process. Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
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

cat > Pauses.java <<'JAVA'
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

public class Pauses {
    static final int RECORDS = 20_000;
    static final int BATCH = 100;
    static final TopicPartition BUSY = new TopicPartition("orders", 0);
    static final TopicPartition IDLE = new TopicPartition("orders", 1);
    static boolean same = true;
    static String address;

    public static void main(String[] arguments) throws Exception {
        start();
        fill();
        read(Set.of(BUSY), Set.of(BUSY));
        expect("no idle partition, the busy one paused while 100 records wait", read(Set.of(BUSY), Set.of(BUSY)), "quick");
        var both = Set.of(BUSY, IDLE);
        expect("beside an idle partition, never paused", read(both, Set.of()), "quick");
        expect("beside an idle partition, the busy one paused while 100 records wait", read(both, Set.of(BUSY)), "slow");
        expect("beside an idle partition, both paused while 100 records wait", read(both, both), "quick");
        Runtime.getRuntime().halt(same ? 0 : 1);
    }

    static void fill() throws Exception {
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic("orders", 2, (short) 1))).all().get();
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", address, "enable.idempotence", false);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>("orders", 0, null, new byte[1000]));
            }
        }
    }

    /// Reads all records, and works for 2 ms on each hundred of them.
    static String read(Set<TopicPartition> partitions, Set<TopicPartition> paused) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", address);
        try (var consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(new HashSet<>(partitions));
            consumer.seekToBeginning(partitions);
            int waiting = 0;
            int done = 0;
            long begin = System.nanoTime();
            while (done < RECORDS) {
                waiting += consumer.poll(waiting > 0 ? Duration.ZERO : Duration.ofSeconds(1)).count();
                consumer.pause(waiting >= BATCH ? paused : Set.of());
                if (waiting > 0) {
                    Thread.sleep(2);
                    int batch = Math.min(waiting, BATCH);
                    waiting -= batch;
                    done += batch;
                }
                consumer.resume(waiting < BATCH ? paused : Set.of());
            }
            double perSecond = RECORDS * 1e9 / (System.nanoTime() - begin);
            System.err.printf("%.0f records a second%n", perSecond);
            return perSecond < 5_000 ? "slow" : "quick";
        }
    }

    static void start() throws Exception {
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
        settings.put("offsets.topic.replication.factor", "1");
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(data)
                .setDirectories(Set.of(data))
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
        new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM).startup();
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Pauses.java
timeout 120 java -Xmx512m -cp "classes:jars/*" Pauses
