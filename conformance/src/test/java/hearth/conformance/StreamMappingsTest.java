package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;

/// Functions that run on the records of streams, which a server of Kinesis has that is not ours.
@Execution(ExecutionMode.CONCURRENT)
class StreamMappingsTest {
    /// Says what it got, and does what the records ask for: one that ends in `fail` fails the batch, `drop` is reported
    /// as failed the first time.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64, json, os, time

            dropped = set()

            def handler(event, context):
                if os.environ.get("SLOW"):
                    time.sleep(float(os.environ["SLOW"]))
                texts = [base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]]
                print("GOT " + json.dumps(event["Records"]))
                if "window" in event:
                    print("WINDOW " + json.dumps({k: v for k, v in event.items() if k != "Records"}))
                print("TEXTS " + " ".join(texts))
                print("DONE " + str(len(texts)))
                if any(text.endswith("fail") for text in texts):
                    raise ValueError("as it was asked to")
                failures = [
                    {"itemIdentifier": record["kinesis"]["sequenceNumber"]}
                    for record, text in zip(event["Records"], texts) if text.endswith("drop") and text not in dropped]
                dropped.update(text for text in texts if text.endswith("drop"))
                return {
                    "batchItemFailures": failures,
                    "state": {"count": event.get("state", {}).get("count", 0) + len(texts)}}
            """);

    private static Path data;
    private static Kinesalite streams;
    private static ElasticMq queues;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        data = TestServer.temporaryFolder();
        streams = Kinesalite.start();
        queues = ElasticMq.start();
        server = HearthProcess.start(
                data, "--endpoint", "kinesis=" + streams.url(), "--endpoint", "sqs=" + queues.url());
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        if (lambda != null) {
            lambda.close();
            server.close();
            queues.close();
        }
        if (streams != null) {
            streams.close();
        }
    }

    @Test
    void givesTheFunctionRecordsAsLambdaDoes() {
        var mapping = map("whole", 1, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON));
        assertThat(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult())
                .isEqualTo("No records processed");

        streams.put("whole", "a:{\"é\": 1}");

        awaitLog("whole", "DONE 1");
        assertThat(log("whole"))
                .containsPattern("GOT \\[\\{.{1,2}kinesis.{1,2}: \\{.{1,2}kinesisSchemaVersion.{1,2}: .{1,2}1.0")
                .containsPattern("partitionKey.{1,2}: .{1,2}a.{1,2}, .{1,2}sequenceNumber.{1,2}: .{1,2}[0-9]{56}")
                .containsPattern("approximateArrivalTimestamp.{1,2}: [0-9]{10}\\.[0-9]{1,3}\\}")
                .containsPattern("eventID.{1,2}: .{1,2}shardId-000000000000:[0-9]{56}")
                .contains(
                        "aws:kinesis:record",
                        "arn:aws:iam::000000000000:role/any",
                        Kinesalite.arn("whole"),
                        "eu-west-1");
        Await.until("it says so", () -> "OK"
                .equals(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
    }

    @Test
    void readsShardsInOrderAndChildrenAfterTheirParents() {
        map("order", 2, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .batchSize(7));

        streams.put("order", texts(0, 120));
        var split =
                streams.client().listShards(r -> r.streamName("order")).shards().getFirst();
        var range = split.hashKeyRange();
        var middle = new BigInteger(range.startingHashKey())
                .add(new BigInteger(range.endingHashKey()))
                .shiftRight(1);
        streams.client()
                .splitShard(
                        r -> r.streamName("order").shardToSplit(split.shardId()).newStartingHashKey(middle.toString()));
        streams.awaitActive("order");
        streams.put("order", texts(120, 240));
        streams.client().mergeShards(r -> r.streamName("order")
                .shardToMerge("shardId-000000000002")
                .adjacentShardToMerge("shardId-000000000003"));
        streams.awaitActive("order");
        streams.put("order", texts(240, 360));

        awaitTexts("order", 360);
        assertThat(texts("order")).doesNotHaveDuplicates();
        assertOrdered(data, "order");
    }

    @Test
    void keepsTheOrderOfEachKeyInLanesThatRunBesideEachOther() {
        map("lanes", 1, Map.of("SLOW", "0.05"), r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .batchSize(10)
                .parallelizationFactor(4));

        streams.put("lanes", texts(0, 200));

        awaitTexts("lanes", 200);
        assertOrdered(data, "lanes");
        assertThat(FunctionLogs.files(data, "lanes")).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void isToldOfWhatItGivesUpAndGoesOnBehindIt() {
        queues.create("poison-dead");
        var mapping = map("poison", 1, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .maximumRetryAttempts(1)
                .bisectBatchOnFunctionError(true)
                .maximumBatchingWindowInSeconds(1)
                .destinationConfig(d -> d.onFailure(f -> f.destination(ElasticMq.arn("poison-dead")))));

        streams.put("poison", "a:1", "a:2", "a:3-fail", "a:4", "a:5");

        var told = queues.take("poison-dead", 1).getFirst().body();
        assertThat(told)
                .contains(
                        "\"condition\":\"RetryAttemptsExhausted\"",
                        "\"functionArn\":\"arn:aws:lambda:eu-west-1:000000000000:function:poison\"",
                        "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\","
                                + "\"functionError\":\"Unhandled\"},\"version\":\"1.0\",\"timestamp\":\"",
                        "\"KinesisBatchInfo\":{\"shardId\":\"shardId-000000000000\",\"startSequenceNumber\":\"",
                        "\"batchSize\":1,\"streamArn\":\"" + Kinesalite.arn("poison") + "\"}}")
                .doesNotContain("payload");
        awaitLog("poison", "a:5");
        assertThat(texts("poison").stream().filter(text -> text.equals("a:4")).count())
                .isLessThanOrEqualTo(4);
        streams.put("poison", "a:6");
        awaitLog("poison", "TEXTS a:6");
        Await.until("all is well again", () -> "OK"
                .equals(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
    }

    @Test
    void goesOnAtTheFirstRecordThatTheFunctionReports() {
        map("reports", 1, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                .maximumBatchingWindowInSeconds(1));

        streams.put("reports", "a:1", "a:2", "a:3-drop", "a:4");

        awaitLog("reports", "DONE 2");
        assertThat(texts("reports")).containsExactly("a:1", "a:2", "a:3-drop", "a:4", "a:3-drop", "a:4");
    }

    @Test
    void filtersAndGoesOnBehindWhatNobodyWants() {
        map("picky", 1, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .filterCriteria(c -> c.filters(List.of(
                        Filter.builder().pattern("{\"partitionKey\":[\"a\"]}").build()))));

        streams.put("picky", "b:1", "a:2", "b:3", "a:4");

        awaitLog("picky", "a:4");
        assertThat(texts("picky")).containsExactly("a:2", "a:4");
    }

    @Test
    void readsAConsumersStreamByGetRecordsWhereNobodySendsItAndSaysSo() {
        create(lambda, "consumer", Map.of());
        streams.create("consumer", 1);
        var mapping = lambda.createEventSourceMapping(r -> r.functionName("consumer")
                        .eventSourceArn(Kinesalite.arn("consumer") + "/consumer/app:1700000000")
                        .startingPosition(EventSourcePosition.TRIM_HORIZON))
                .uuid();

        awaitResult(mapping, "No records processed. The endpoint of Kinesis has no SubscribeToShard");
        streams.put("consumer", "a:1", "a:2");

        awaitLog("consumer", "a:2");
        awaitResult(mapping, "OK. The endpoint of Kinesis has no SubscribeToShard");
        assertThat(texts("consumer")).containsExactly("a:1", "a:2");
    }

    private static void awaitResult(String mapping, String beginning) {
        Await.until(
                () -> "" + lambda.getEventSourceMapping(r -> r.uuid(mapping)) + server.output(),
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping))
                        .lastProcessingResult()
                        .startsWith(beginning));
    }

    @Test
    void sumsUpWindows() {
        map("windows", 1, r -> r.startingPosition(EventSourcePosition.TRIM_HORIZON)
                .batchSize(2)
                .tumblingWindowInSeconds(2));

        streams.put("windows", "a:1", "a:2", "a:3", "a:4", "a:5");

        Await.until(() -> log("windows"), () -> Pattern.compile("isFinalInvokeForWindow.{1,2}: true")
                .matcher(log("windows"))
                .find());
        assertThat(log("windows"))
                .containsPattern("WINDOW \\{.{1,2}window.{1,2}: \\{.{1,2}start.{1,2}: .{1,2}[-0-9]+T[:0-9]+Z")
                .containsPattern("state.{1,2}: \\{\\}, .{1,2}shardId.{1,2}: .{1,2}shardId-000000000000")
                .containsPattern("DONE 0");
    }

    @Test
    void goesOnWhereItWasWhenItIsChangedDisabledAndEnabled() {
        var mapping = map("changes", 1, Map.of("SLOW", "0.05"), r -> r.startingPosition(EventSourcePosition.LATEST)
                .batchSize(3));
        // A mapping that begins at the end has none of what came before it looked.
        awaitFirst("changes");
        streams.put("changes", texts(0, 60));
        Await.until("it is in the middle", () -> texts("changes").size() > 10);

        lambda.updateEventSourceMapping(r -> r.uuid(mapping).batchSize(5));
        awaitState(mapping, "Enabled");
        lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(false));
        awaitState(mapping, "Disabled");
        streams.put("changes", texts(60, 90));
        lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(true));

        Await.until(() -> texts("changes").toString(), () -> texts("changes").containsAll(texts(0, 90)));
        assertOrdered(data, "changes");
        lambda.deleteEventSourceMapping(r -> r.uuid(mapping));
    }

    @Test
    void losesNothingWhenItIsKilledInTheMiddle() {
        var folder = TestServer.temporaryFolder();
        streams.create("killed", 2);
        try (var first = HearthProcess.start(folder, "--endpoint", "kinesis=" + streams.url());
                var client = Clients.lambda(first.endpoint())) {
            create(client, "killed", Map.of("SLOW", "0.05"));
            client.createEventSourceMapping(r -> r.functionName("killed")
                    .eventSourceArn(Kinesalite.arn("killed"))
                    .startingPosition(EventSourcePosition.TRIM_HORIZON)
                    .batchSize(5));
            streams.put("killed", texts(0, 300));
            Await.until("it is in the middle", () -> texts(folder, "killed").size() > 50);
            first.kill();
        }
        int before = texts(folder, "killed").size();
        try (var second = HearthProcess.start(folder, "--endpoint", "kinesis=" + streams.url())) {
            Await.until(
                    () -> second.output() + texts(folder, "killed").size(),
                    () -> Set.copyOf(texts(folder, "killed")).size() == 300);
            // The batch of each shard that ran then, and one whose checkpoint was not kept yet.
            assertThat(texts(folder, "killed")).hasSizeLessThanOrEqualTo(300 + 2 * 2 * 5);
            assertThat(before).isLessThan(300);
            assertOrdered(folder, "killed");
        }
    }

    @Test
    void saysWhatIsWrongAndGoesOnOnceItIsNot() {
        create(lambda, "early", Map.of());
        var mapping = lambda.createEventSourceMapping(r -> r.functionName("early")
                        .eventSourceArn(Kinesalite.arn("early"))
                        .startingPosition(EventSourcePosition.TRIM_HORIZON))
                .uuid();

        Await.until(() -> "" + lambda.getEventSourceMapping(r -> r.uuid(mapping)), () -> ("PROBLEM: Stream not found: "
                        + Kinesalite.arn("early"))
                .equals(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
        streams.create("early", 1);
        streams.put("early", "a:late");

        awaitLog("early", "TEXTS a:late");
    }

    /// Four keys in turns, and the number of the record.
    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "k" + i % 4 + ":" + i).toList();
    }

    /// Records of one key came in their order, but for those that came again.
    private static void assertOrdered(Path folder, String function) {
        var keys = new TreeMap<String, List<Integer>>();
        var seen = new HashSet<String>();
        for (var text : texts(folder, function)) {
            if (text.startsWith("k") && seen.add(text)) {
                int colon = text.indexOf(':');
                keys.computeIfAbsent(text.substring(0, colon), _ -> new ArrayList<>())
                        .add(Integer.valueOf(text.substring(colon + 1)));
            }
        }
        assertThat(keys).hasSize(4);
        assertThat(keys.values()).allSatisfy(key -> assertThat(key).isSorted());
    }

    private static void awaitFirst(String name) {
        Await.until(() -> server.output(), () -> {
            streams.put(name, "first:" + System.nanoTime());
            return log(name).contains("TEXTS first");
        });
    }

    private static String map(String name, int shards, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        return map(name, shards, Map.of(), settings);
    }

    /// A function, a stream of the same name, and the mapping between them.
    private static String map(
            String name,
            int shards,
            Map<String, String> variables,
            Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        create(lambda, name, variables);
        streams.create(name, shards);
        var mapping = lambda.createEventSourceMapping(r -> {
                    r.functionName(name).eventSourceArn(Kinesalite.arn(name));
                    settings.accept(r);
                })
                .uuid();
        awaitState(mapping, "Enabled");
        return mapping;
    }

    private static void create(LambdaClient lambda, String function, Map<String, String> variables) {
        lambda.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role("arn:aws:iam::000000000000:role/any")
                .handler("app.handler")
                .timeout(3)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
    }

    private static void awaitState(String mapping, String state) {
        Await.until(
                "the mapping is " + state,
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)).state().equals(state));
    }

    private static void awaitLog(String function, String words) {
        Await.until(() -> words + " in " + log(function) + server.output(), () -> log(function)
                .contains(words));
    }

    private static void awaitTexts(String function, int count) {
        Await.until(
                () -> texts(function) + server.output(),
                () -> Set.copyOf(texts(function)).size() == count);
    }

    private static List<String> texts(String function) {
        return texts(data, function);
    }

    /// Of all records that it ran on, in the order in which it did.
    private static List<String> texts(Path folder, String function) {
        return FunctionLogs.words(folder, function, "TEXTS");
    }

    private static String log(String function) {
        return FunctionLogs.text(data, function);
    }
}
