package hearth.conformance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/// A server of Kinesis that others wrote, which knows consumers with enhanced fan-out, by HTTP/2 and TLS; with a client
/// of its own. It comes from npm.
final class KinesisLocal implements AutoCloseable {
    static {
        System.setProperty("aws.cborEnabled", "false");
    }

    private final int tlsPort;
    private final Path keys;
    private final KinesisClient client;
    private final Process process;

    private KinesisLocal(Path program, Path keys) throws IOException {
        int port = Haproxy.freePort();
        this.tlsPort = Haproxy.freePort();
        this.keys = keys;
        this.client = Clients.of(KinesisClient.builder(), URI.create("http://127.0.0.1:" + port));
        var node = new ProcessBuilder("node", "--no-warnings", "main.js")
                .directory(program.toFile())
                .redirectErrorStream(true)
                .redirectOutput(program.resolve("output").toFile());
        node.environment()
                .putAll(Map.of(
                        "KINESIS_MOCK_PLAIN_PORT", String.valueOf(port),
                        "KINESIS_MOCK_TLS_PORT", String.valueOf(tlsPort),
                        "AWS_REGION", "eu-west-1",
                        "CREATE_STREAM_DURATION", "10ms",
                        "REGISTER_STREAM_CONSUMER_DURATION", "10ms"));
        this.process = node.start();
    }

    /// Starts one, and waits until it answers. The test is skipped where there is no Node.js, or npm cannot be asked.
    static KinesisLocal start() throws IOException, InterruptedException, GeneralSecurityException {
        var folder = TestServer.temporaryFolder();
        Programs.install(folder, "kinesis-local@0.6.2");
        var program = folder.resolve(Path.of("node_modules", "kinesis-local"));
        KafkaBroker.makeCertificate(folder);
        var keys = folder.resolve("keys.p12");
        // Its own certificate is for no name.
        Files.writeString(program.resolve("server.json"), certificate(keys));
        var started = new KinesisLocal(program, keys);
        Await.until("kinesis-local answers", started::answers);
        return started;
    }

    private static String certificate(Path keys) throws IOException, GeneralSecurityException {
        var password = KafkaBroker.STORE_PASSWORD.toCharArray();
        var store = KeyStore.getInstance(keys.toFile(), password);
        return "{\"server\":{\"key\":\""
                + pem("PRIVATE KEY", store.getKey("broker", password).getEncoded())
                + "\",\"cert\":\""
                + pem("CERTIFICATE", store.getCertificate("broker").getEncoded()) + "\"}}";
    }

    /// As text of JSON.
    private static String pem(String what, byte[] bytes) {
        var lines = Base64.getMimeEncoder().encodeToString(bytes).replace("\r\n", "\\n");
        return "-----BEGIN " + what + "-----\\n" + lines + "\\n-----END " + what + "-----\\n";
    }

    private boolean answers() {
        try {
            client.listStreams();
            return true;
        } catch (SdkException e) {
            return false;
        }
    }

    String url() {
        return "https://127.0.0.1:" + tlsPort;
    }

    /// The environment of a server that trusts it.
    Map<String, String> trust() {
        return Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore=" + keys + " -Djavax.net.ssl.trustStoreType=PKCS12"
                        + " -Djavax.net.ssl.trustStorePassword=" + KafkaBroker.STORE_PASSWORD);
    }

    KinesisClient client() {
        return client;
    }

    /// Makes a stream and a consumer of it.
    ///
    /// @return the consumer's ARN
    String create(String stream, int shards) {
        client.createStream(r -> r.streamName(stream).shardCount(shards));
        awaitActive(stream);
        var consumer = client.registerStreamConsumer(
                        r -> r.streamARN(Kinesalite.arn(stream)).consumerName("app"))
                .consumer()
                .consumerARN();
        Await.until(
                "the consumer is active",
                () -> client.describeStreamConsumer(r -> r.consumerARN(consumer))
                                .consumerDescription()
                                .consumerStatus()
                        == ConsumerStatus.ACTIVE);
        return consumer;
    }

    void awaitActive(String stream) {
        Await.until(
                stream + " is active",
                () -> client.describeStreamSummary(r -> r.streamName(stream))
                                .streamDescriptionSummary()
                                .streamStatus()
                        == StreamStatus.ACTIVE);
    }

    /// Puts records in their order, each under the key before the colon of its text.
    void put(String stream, List<String> texts) {
        var entries = new ArrayList<PutRecordsRequestEntry>();
        for (var text : texts) {
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey(text.substring(0, text.indexOf(':')))
                    .data(SdkBytes.fromUtf8String(text))
                    .build());
        }
        client.putRecords(r -> r.streamName(stream).records(entries));
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly().onExit().join();
    }
}
