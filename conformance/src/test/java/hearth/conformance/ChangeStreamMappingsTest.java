package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FullDocument;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Functions that run on the changes of collections, which a server has that speaks as MongoDB does.
@Execution(ExecutionMode.CONCURRENT)
class ChangeStreamMappingsTest {
    private static final String CLUSTER = "arn:aws:rds:eu-west-1:000000000000:cluster:shop";
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop";

    /// Fails once on a document with `fail`.
    static final SdkBytes FUNCTION = Zips.of("app.py", """
            import json, os

            failed = []

            def handler(event, context):
                changes = [each["event"] for each in event["events"]]
                documents = [change.get("fullDocument") or {} for change in changes]
                if any(document.get("fail") for document in documents) and not failed:
                    failed.append(1)
                    print("FAILED " + " ".join(str(document.get("n")) for document in documents))
                    raise ValueError("as it was asked to")
                print("GOT " + json.dumps(event)[:10_000])
                print("NUMBERS " + " ".join(str(document.get("n")) for document in documents))
            """);

    private static final Path DATA = TestServer.temporaryFolder();
    private static MongoServer mongo;
    private static MongoClient client;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException {
        mongo = new MongoServer(new MemoryBackend());
        mongo.enableOplog();
        int port = mongo.bind().getPort();
        client = MongoClients.create("mongodb://127.0.0.1:" + port);
        server = startServer(DATA, port);
        lambda = Clients.lambda(server.endpoint());
    }

    private static HearthProcess startServer(Path data, int port) throws IOException {
        // The server asks nobody who they are.
        var secret = Files.writeString(TestServer.temporaryFolder().resolve("secret.json"), "{\"username\":\"\"}");
        return HearthProcess.start(
                data, "--document-db", CLUSTER + "=mongodb://127.0.0.1:" + port, "--secret", SECRET + "=" + secret);
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
        client.close();
        mongo.shutdownNow();
    }

    private static MongoCollection<Document> collection(String name) {
        return client.getDatabase("shop").getCollection(name);
    }

    private static void insert(String name, int... numbers) {
        for (int number : numbers) {
            collection(name).insertOne(new Document("n", number));
        }
    }

    private static String map(String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        return map(lambda, name, settings);
    }

    private static String map(
            LambdaClient at, String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        at.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .role(TestServer.ROLE)
                .handler("app.handler")
                .timeout(30)
                .code(c -> c.zipFile(FUNCTION)));
        at.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return at.createEventSourceMapping(r -> {
                    r.functionName(name)
                            .eventSourceArn(CLUSTER)
                            .startingPosition(EventSourcePosition.TRIM_HORIZON)
                            .documentDBEventSourceConfig(
                                    d -> d.databaseName("shop").collectionName(name))
                            .sourceAccessConfigurations(access());
                    settings.accept(r);
                })
                .uuid();
    }

    private static SourceAccessConfiguration access() {
        return SourceAccessConfiguration.builder()
                .type("BASIC_AUTH")
                .uri(SECRET)
                .build();
    }

    private static List<String> numbers(Path data, String function) {
        return FunctionLogs.words(data, function, "NUMBERS");
    }

    private static void awaitNumbers(String function, String... numbers) {
        Await.until(
                () -> List.of(numbers) + " and not " + FunctionLogs.text(DATA, function) + server.output(),
                () -> numbers(DATA, function).equals(List.of(numbers)));
    }

    @Test
    void givesTheFunctionChangesAsLambdaDoesFromTheOldestOn() {
        insert("whole", 1);
        map(
                "whole",
                r -> r.documentDBEventSourceConfig(
                        d -> d.databaseName("shop").collectionName("whole").fullDocument(FullDocument.UPDATE_LOOKUP)));
        awaitNumbers("whole", "1");

        collection("whole").updateOne(new Document("n", 1), new Document("$set", new Document("n", 2)));
        awaitNumbers("whole", "1", "2");
        collection("whole").deleteOne(new Document("n", 2));

        awaitNumbers("whole", "1", "2", "None");
        assertThat(FunctionLogs.text(DATA, "whole"))
                .contains(
                        "\"eventSourceArn\": \"" + CLUSTER + "\"",
                        "\"eventSource\": \"aws:docdb\"",
                        "\"events\": [{\"event\": {\"_id\": {\"_data\": \"",
                        "\"operationType\": \"insert\"",
                        "\"operationType\": \"update\"",
                        "\"operationType\": \"delete\"",
                        "\"documentKey\": {\"_id\": {\"$oid\": \"",
                        "\"clusterTime\": {\"$timestamp\": {\"t\": ");
    }

    @Test
    void beginsAtTheEndOrAtATime() {
        insert("latest", 1);
        var mapping = map("latest", r -> r.startingPosition(EventSourcePosition.LATEST));
        // Nothing says when it has begun: what comes from then on is seen.
        int number = 1;
        while (numbers(DATA, "latest").isEmpty()) {
            insert("latest", ++number);
            Await.until("a while has passed", new Countdown(5)::isOver);
        }
        assertThat(numbers(DATA, "latest").getFirst()).isNotEqualTo("1");
        lambda.deleteEventSourceMapping(r -> r.uuid(mapping));

        insert("at", 1, 2);
        map("at", r -> r.startingPosition(EventSourcePosition.AT_TIMESTAMP)
                .startingPositionTimestamp(Instant.now().minusSeconds(600)));
        awaitNumbers("at", "1", "2");
    }

    /// Is over when it was asked so often.
    private static final class Countdown {
        private int left;

        Countdown(int count) {
            this.left = count;
        }

        boolean isOver() {
            return --left < 0;
        }
    }

    @Test
    void triesAFailedBatchAgainAndKeepsTheOrder() {
        collection("fails").insertOne(new Document("n", 1).append("fail", true));
        insert("fails", 2, 3);
        map("fails", r -> r.batchSize(2));

        awaitNumbers("fails", "1", "2", "3");
        assertThat(FunctionLogs.text(DATA, "fails")).contains("FAILED 1 2");
    }

    @Test
    void goesOnBehindWhatItHasDoneWhenItWasDisabledOrKilled() throws Exception {
        var folder = TestServer.temporaryFolder();
        int port = mongo.getLocalAddress().getPort();
        insert("killed", IntStream.range(0, 20).toArray());
        try (var first = startServer(folder, port);
                var at = Clients.lambda(first.endpoint())) {
            map(at, "killed", r -> r.batchSize(4));
            Await.until("it has begun", () -> !numbers(folder, "killed").isEmpty());
            first.kill();
        }
        insert("killed", 20);
        try (var _ = startServer(folder, port)) {
            Await.until(() -> "not " + numbers(folder, "killed"), () -> numbers(folder, "killed")
                    .contains("20"));
        }

        var seen = numbers(folder, "killed");
        assertThat(seen)
                .contains(IntStream.range(0, 21).mapToObj(Integer::toString).toArray(String[]::new));
        assertThat(seen).as("what comes again is what ran last").hasSizeLessThan(21 + 4 * 4);
    }

    @Test
    void saysWhatKeepsItFromItsCluster() {
        var mapping = map("nowhere", r -> r.eventSourceArn(CLUSTER + "2"));

        var words = "PROBLEM: Hearth was not told where the cluster " + CLUSTER + "2 is: --document-db " + CLUSTER
                + "2=URL.";
        Await.until(
                "it says so",
                () -> words.equals(
                        lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
    }
}
