package hearth.conformance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/// A server of Kinesis that others wrote, with a client of its own. It comes from npm.
public final class Kinesalite implements AutoCloseable {
    static {
        // It takes CBOR, and returns what came by it as something else.
        System.setProperty("aws.cborEnabled", "false");
    }

    private final Path folder;
    private final URI url;
    private final KinesisClient client;
    private Process process;

    private Kinesalite(Path folder, int port) throws IOException {
        this.folder = folder;
        this.url = URI.create("http://127.0.0.1:" + port);
        this.client = Clients.of(KinesisClient.builder(), url);
        this.process = launch();
    }

    /// Starts one, and waits until it answers. The test is skipped where there is no Node.js, or npm cannot be asked.
    public static Kinesalite start() throws IOException, InterruptedException {
        var folder = TestServer.temporaryFolder();
        Programs.install(folder, "kinesalite@3.3.3");
        var started = new Kinesalite(folder, Haproxy.freePort());
        Await.until("kinesalite answers", started::answers);
        return started;
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        "node",
                        "--no-warnings",
                        folder.resolve(Path.of("node_modules", "kinesalite", "cli.js"))
                                .toString(),
                        "--port",
                        Integer.toString(url.getPort()),
                        "--path",
                        folder.resolve("streams").toString(),
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
    }

    public ProcessHandle process() {
        return process.toHandle();
    }

    /// Ends it with no last word. What it has acknowledged is in its folder.
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public void startAgain() throws IOException {
        process = launch();
        Await.until("kinesalite answers again", this::answers);
    }

    private boolean answers() {
        try {
            client.listStreams();
            return true;
        } catch (software.amazon.awssdk.core.exception.SdkException e) {
            return false;
        }
    }

    public URI url() {
        return url;
    }

    public KinesisClient client() {
        return client;
    }

    /// Makes a stream.
    ///
    /// @return its ARN
    public String create(String stream, int shards) {
        client.createStream(r -> r.streamName(stream).shardCount(shards));
        awaitActive(stream);
        return arn(stream);
    }

    public void awaitActive(String stream) {
        Await.until(
                stream + " is active",
                () -> client.describeStreamSummary(r -> r.streamName(stream))
                                .streamDescriptionSummary()
                                .streamStatus()
                        == StreamStatus.ACTIVE);
    }

    public static String arn(String stream) {
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
        kill();
    }
}
