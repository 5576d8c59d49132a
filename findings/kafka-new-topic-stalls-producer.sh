#!/usr/bin/env bash
# org.apache.kafka:kafka-clients and kafka_2.13 4.4.0 (KafkaProducer with its default settings, and a broker).
#
# Guess: once AdminClient.createTopics has returned, a producer may send to the topic; what a partition is not ready for yet, is tried again after retry.backoff.ms (0.1 s).
# Behaviour: of topics that are sent to at once, every second or third has one or more partitions whose first batches are not sent again at all. They wait until their time is over
# (delivery.timeout.ms, by default two minutes), and flush() with them; then they fail with a TimeoutException, and later ones of the same partition with them, although the broker is well and
# the other partitions have all. With one request in flight, without idempotence, or a second later it does not happen.
#   sent at once: some of 16 topics stalled
#   sent at once, max.in.flight.requests.per.connection=1: none of 16 topics stalled
#   sent at once, enable.idempotence=false: none of 16 topics stalled
#   sent a second after the topic was made: none of 16 topics stalled
# Why it matters: tests and set-up scripts that make a topic and fill it seem to hang for two minutes, now and then, and have lost records if nobody looks at what send() returned. Wait for the
# leaders of all partitions and a little more, or send the first record of each partition alone.
#
# The broker runs in the same process, and a batch is given up after 5 s in place of 120. Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; some two minutes.
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

cat > Stalls.java <<'JAVA'
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

public class Stalls {
    static final int TOPICS = 16;
    static boolean same = true;
    static String address;

    public static void main(String[] arguments) throws Exception {
        start();
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", address))) {
            int stalled = count(admin, "plain", 0, Map.of());
            expect("sent at once", some(stalled), "some");
            var one = Map.<String, Object>of("max.in.flight.requests.per.connection", 1);
            expect("sent at once, max.in.flight.requests.per.connection=1", some(count(admin, "one", 0, one)), "none");
            var plain = Map.<String, Object>of("enable.idempotence", false);
            expect("sent at once, enable.idempotence=false", some(count(admin, "not", 0, plain)), "none");
            expect("sent a second after the topic was made", some(count(admin, "late", 1000, Map.of())), "none");
        }
        Runtime.getRuntime().halt(same ? 0 : 1);
    }

    static String some(int stalled) {
        return stalled > 0 ? "some" : "none";
    }

    /// Makes topics of four partitions, one after the other, and sends 20,000 records of 1 KB to each.
    ///
    /// @return to how many some could not be sent in time
    static int count(Admin admin, String name, long pause, Map<String, Object> more) throws Exception {
        int stalled = 0;
        for (int i = 0; i < TOPICS; i++) {
            String topic = name + i;
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
            Thread.sleep(pause);
            Map<String, Object> settings = new HashMap<>(more);
            settings.putAll(Map.of(
                    "bootstrap.servers", address, "delivery.timeout.ms", 5000, "request.timeout.ms", 3000));
            var failed = new AtomicInteger();
            try (var producer =
                    new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int n = 0; n < 20_000; n++) {
                    producer.send(new ProducerRecord<>(topic, n % 4, null, new byte[1000]), (sent, failure) -> {
                        if (failure instanceof org.apache.kafka.common.errors.TimeoutException) {
                            failed.incrementAndGet();
                        }
                    });
                }
            }
            stalled += failed.get() > 0 ? 1 : 0;
        }
        return stalled;
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
        System.out.println(name + ": " + said + " of " + TOPICS + " topics stalled");
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Stalls.java
timeout 400 java -Xmx512m -cp "classes:jars/*" Stalls
