package hearth.conformance;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/// A server of Kinesis that others wrote, with a client of its own. It comes from npm.
final class Kinesalite implements AutoCloseable {
    static {
        // It takes CBOR, and returns what came by it as something else.
        System.setProperty("aws.cborEnabled", "false");
    }

    private final Process process;
    private final URI url;
    private final KinesisClient client;

    private Kinesalite(Process process, URI url) {
        this.process = process;
        this.url = url;
        this.client = Clients.of(KinesisClient.builder(), url);
    }

    /// Starts one, and waits until it answers. The test is skipped where there is no Node.js, or npm cannot be asked.
    static Kinesalite start() throws IOException, InterruptedException {
        var folder = TestServer.temporaryFolder();
        Programs.install(folder, "kinesalite@3.3.3");
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var main = folder.resolve(Path.of("node_modules", "kinesalite", "cli.js"));
        var process = new ProcessBuilder(
                        "node",
                        "--no-warnings",
                        main.toString(),
                        "--port",
                        Integer.toString(port),
                        "--createStreamMs",
                        "10",
                        "--deleteStreamMs",
                        "10",
                        "--updateStreamMs",
                        "10",
                        "--shardLimit",
                        "100")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var started = new Kinesalite(process, URI.create("http://127.0.0.1:" + port));
        Await.until("kinesalite answers", started::answers);
        return started;
    }

    private boolean answers() {
        try {
            client.listStreams();
            return true;
        } catch (software.amazon.awssdk.core.exception.SdkException e) {
            return false;
        }
    }

    URI url() {
        return url;
    }

    KinesisClient client() {
        return client;
    }

    /// Makes a stream.
    ///
    /// @return its ARN
    String create(String stream, int shards) {
        client.createStream(r -> r.streamName(stream).shardCount(shards));
        awaitActive(stream);
        return arn(stream);
    }

    void awaitActive(String stream) {
        Await.until(
                stream + " is active",
                () -> client.describeStreamSummary(r -> r.streamName(stream))
                                .streamDescriptionSummary()
                                .streamStatus()
                        == StreamStatus.ACTIVE);
    }

    static String arn(String stream) {
        return "arn:aws:kinesis:eu-west-1:000000000000:stream/" + stream;
    }

    /// Puts records in their order, each under the key before the colon of its text.
    void put(String stream, List<String> texts) {
        for (int from = 0; from < texts.size(); from += 100) {
            var entries = new ArrayList<PutRecordsRequestEntry>();
            for (var text : texts.subList(from, Math.min(texts.size(), from + 100))) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey(text.substring(0, text.indexOf(':')))
                        .data(SdkBytes.fromUtf8String(text))
                        .build());
            }
            client.putRecords(r -> r.streamName(stream).records(entries));
        }
    }

    void put(String stream, String... texts) {
        put(stream, List.of(texts));
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly().onExit().join();
    }
}
