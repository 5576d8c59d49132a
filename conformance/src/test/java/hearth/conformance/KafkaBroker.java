package hearth.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/// A broker of Kafka with its controller, in a process of its own: open at one port, for those who sign in at a second,
/// and for those with a certificate at a third.
public final class KafkaBroker implements AutoCloseable {
    static final String USER = "app";
    static final String PASSWORD = "pass \"word\" \\1";

    static final String STORE_PASSWORD = "changeit";

    private final Path folder;
    private final int open;
    private final int signedIn;
    private final int certified;
    private final int controller;
    private Process process;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    private KafkaBroker(Path folder, List<Integer> ports) {
        this.folder = folder;
        this.open = ports.get(0);
        this.signedIn = ports.get(1);
        this.certified = ports.get(2);
        this.controller = ports.get(3);
        this.process = launch();
        this.admin = Admin.create(Map.of("bootstrap.servers", address()));
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address(), "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    public static KafkaBroker start() {
        var folder = TestServer.temporaryFolder();
        try {
            makeCertificate(folder);
            var broker = new KafkaBroker(folder, freePorts(4));
            // One by one: the broker changes a user once in a request.
            for (var mechanism : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
                get(broker.admin
                        .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                                USER, new ScramCredentialInfo(mechanism, 4096), PASSWORD)))
                        .all());
            }
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (var socket : sockets) {
            socket.close();
        }
        return ports;
    }

    /// A key for 127.0.0.1 in `keys.p12`, with its certificate, which is in `broker.pem` as well.
    static void makeCertificate(Path folder) throws IOException {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        run(
                keytool,
                "-genkeypair",
                "-keystore",
                folder.resolve("keys.p12").toString(),
                "-storepass",
                STORE_PASSWORD,
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-ext",
                "BC=ca:true");
        run(
                keytool,
                "-exportcert",
                "-rfc",
                "-keystore",
                folder.resolve("keys.p12").toString(),
                "-storepass",
                STORE_PASSWORD,
                "-alias",
                "broker",
                "-file",
                folder.resolve("broker.pem").toString());
    }

    private static void run(String... command) throws IOException {
        try {
            if (new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    != 0) {
                throw new IOException(List.of(command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /// The certificate that the broker shows, and trusts.
    String certificate() {
        try {
            return Files.readString(folder.resolve("broker.pem"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The certificate's private key.
    String privateKey() {
        try {
            var store = KeyStore.getInstance(folder.resolve("keys.p12").toFile(), STORE_PASSWORD.toCharArray());
            var key = store.getKey("broker", STORE_PASSWORD.toCharArray());
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Process launch() {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                folder.toString(),
                String.valueOf(open),
                String.valueOf(signedIn),
                String.valueOf(certified),
                String.valueOf(controller));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("broker.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The broker itself. It ends with its parent.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            var folder = Path.of(arguments[0]);
            var settings = settings(folder, arguments);
            var data = folder.resolve("data");
            if (!Files.exists(data)) {
                Files.createDirectory(data);
                new Formatter()
                        .setClusterId(Uuid.randomUuid().toString())
                        .setNodeId(1)
                        .setControllerListenerName("CONTROLLER")
                        .setMetadataLogDirectory(data.toString())
                        .setDirectories(Set.of(data.toString()))
                        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                        .run();
            }
            var server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
            server.startup();
            var parent = ProcessHandle.current().parent().orElseThrow();
            var _ = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1));
            server.awaitShutdown();
        }

        private static Properties settings(Path folder, String[] arguments) {
            var settings = new Properties();
            settings.put("process.roles", "broker,controller");
            settings.put("node.id", "1");
            settings.put("controller.quorum.voters", "1@127.0.0.1:" + arguments[4]);
            settings.put(
                    "listeners",
                    "PLAINTEXT://127.0.0.1:" + arguments[1] + ",SASL_SSL://127.0.0.1:" + arguments[2]
                            + ",SSL://127.0.0.1:" + arguments[3] + ",CONTROLLER://127.0.0.1:" + arguments[4]);
            settings.put("controller.listener.names", "CONTROLLER");
            settings.put(
                    "listener.security.protocol.map",
                    "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT");
            settings.put("inter.broker.listener.name", "PLAINTEXT");
            settings.put("log.dirs", folder.resolve("data").toString());
            for (var topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
                settings.put(topic + ".replication.factor", "1");
                settings.put(topic + ".num.partitions", "1");
            }
            settings.put("transaction.state.log.min.isr", "1");
            settings.put("share.coordinator.state.topic.min.isr", "1");
            // Shorter than brokers usually allow, so that tests see what becomes of a lock.
            settings.put("group.share.min.record.lock.duration.ms", "1000");
            settings.put("group.share.record.lock.duration.ms", "3000");
            settings.put("group.initial.rebalance.delay.ms", "0");
            settings.put("auto.create.topics.enable", "false");
            settings.put("ssl.keystore.type", "PKCS12");
            settings.put("ssl.keystore.location", folder.resolve("keys.p12").toString());
            settings.put("ssl.keystore.password", STORE_PASSWORD);
            settings.put("ssl.truststore.type", "PEM");
            settings.put("ssl.truststore.location", folder.resolve("broker.pem").toString());
            settings.put("listener.name.ssl.ssl.client.auth", "required");
            settings.put("listener.name.sasl_ssl.ssl.client.auth", "none");
            settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
            settings.put(
                    "listener.name.sasl_ssl.plain.sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + USER + "=\""
                            + PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"") + "\";");
            settings.put(
                    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;");
            settings.put(
                    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;");
            return settings;
        }
    }

    public String address() {
        return "127.0.0.1:" + open;
    }

    String addressForThoseWhoSignIn() {
        return "127.0.0.1:" + signedIn;
    }

    String addressForThoseWithACertificate() {
        return "127.0.0.1:" + certified;
    }

    public void create(String topic, int partitions) {
        get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all());
    }

    /// Has a share group begin with the first record there is.
    public void beginAtTheOldest(String shareGroup) {
        var set = new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
        get(admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.GROUP, shareGroup), List.of(set)))
                .all());
    }

    public void addPartitions(String topic, int partitions) {
        get(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                .all());
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public void send(String topic, int partition, String... values) {
        for (var value : values) {
            send(new ProducerRecord<>(topic, partition, null, value.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
    }

    /// The offset that a group has committed of each partition.
    Map<Integer, Long> committed(String group) {
        var offsets = new HashMap<Integer, Long>();
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        offsets.put(partition.partition(), offset.offset());
                    }
                });
        return offsets;
    }

    /// How many members of a group have partitions; none as long as it has had no member.
    long members(String group) {
        try {
            return get(admin.describeConsumerGroups(List.of(group)).all()).values().iterator().next().members().stream()
                    .filter(member -> !member.assignment().topicPartitions().isEmpty())
                    .count();
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw e;
        }
    }

    public ProcessHandle process() {
        return process.toHandle();
    }

    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void startAgain() {
        process = launch();
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
        producer.close(java.time.Duration.ZERO);
        kill();
    }
}
