package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.RecursionGuard;
import hearth.model.Region;
import java.nio.charset.StandardCharsets;
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
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// Functions that run on the messages of queues, which a server of SQS has that is not ours.
@Execution(ExecutionMode.CONCURRENT)
class QueueMappingsTest {
    /// Says what it got, and does what the bodies ask for: `fail` fails the batch, `drop` is reported as failed.
    /// A slow one waits when it has said so: a killed server loses lines of its last moment, and these are older.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import json, os, time

            def handler(event, context):
                print("GOT " + json.dumps(event["Records"])[:100_000])
                print("BODIES " + " ".join(record["body"] for record in event["Records"])[:100_000])
                print("DONE " + str(len(event["Records"])))
                if os.environ.get("SLOW"):
                    time.sleep(float(os.environ["SLOW"]))
                if any(record["body"] == "fail" for record in event["Records"]):
                    raise ValueError("as it was asked to")
                return {"batchItemFailures": [
                    {"itemIdentifier": record["messageId"]}
                    for record in event["Records"] if record["body"].startswith("drop")]}
            """);

    private static Path data;
    private static ElasticMq queues;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() {
        data = TestServer.temporaryFolder();
        queues = ElasticMq.start();
        server = HearthProcess.start(data, "--endpoint", "sqs=" + queues.url());
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
        queues.close();
    }

    @Test
    void givesTheFunctionMessagesAsLambdaDoesAndDeletesThem() {
        var mapping = map("whole", r -> {});

        queues.client().sendMessage(r -> r.queueUrl(queues.urlOf("whole"))
                .messageBody("{\"é\": 1}")
                .messageAttributes(Map.of(
                        "Word",
                                MessageAttributeValue.builder()
                                        .dataType("String")
                                        .stringValue("yes")
                                        .build(),
                        "Bytes",
                                MessageAttributeValue.builder()
                                        .dataType("Binary")
                                        .binaryValue(SdkBytes.fromUtf8String("bytes"))
                                        .build()))
                .messageSystemAttributes(Map.of(
                        MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder()
                                .dataType("String")
                                .stringValue("Root=1-5759e988-bd862e3fe1be46a994272793")
                                .build())));

        awaitLog("whole", "DONE 1");
        assertThat(log("whole"))
                .contains(
                        "\"body\": \"{\\\\\"\\\\u00e9\\\\\": 1}\"",
                        "\"eventSource\": \"aws:sqs\"",
                        "\"eventSourceARN\": \"" + ElasticMq.arn("whole") + "\"",
                        "\"awsRegion\": \"eu-west-1\"",
                        "\"Word\": {\"stringValue\": \"yes\", \"stringListValues\": [], \"binaryListValues\": [],"
                                + " \"dataType\": \"String\"}",
                        "\"Bytes\": {\"binaryValue\": \"Ynl0ZXM=\", \"stringListValues\": []",
                        "\"AWSTraceHeader\": \"Root=1-5759e988-bd862e3fe1be46a994272793\"",
                        "\"ApproximateReceiveCount\": \"1\"",
                        "\"md5OfBody\": \"")
                .doesNotContain("Root=1-5759e988-bd862e3fe1be46a994272793;Lineage");
        awaitEmpty("whole");
        var shown = lambda.getEventSourceMapping(r -> r.uuid(mapping));
        assertThat(shown.state()).isEqualTo("Enabled");
        assertThat(shown.lastProcessingResult()).isNull();
    }

    @Test
    void leavesWhatTheFunctionFailsOnUntilTheQueueGivesItUp() {
        queues.create("gives-up-dead");
        map("gives-up", Map.of("VisibilityTimeout", "3", "RedrivePolicy", redrive("gives-up-dead", 2)), r -> {});

        send("gives-up", "fail");

        assertThat(queues.take("gives-up-dead", 1).getFirst().body()).isEqualTo("fail");
        assertThat(count(log("gives-up"), "DONE 1")).isEqualTo(2);
    }

    @Test
    void deletesAllButWhatTheFunctionReports() {
        queues.create("reports-dead");
        map(
                "reports",
                Map.of("VisibilityTimeout", "3", "RedrivePolicy", redrive("reports-dead", 1)),
                r -> r.functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                        .batchSize(10)
                        .maximumBatchingWindowInSeconds(1));

        send(
                "reports",
                IntStream.range(0, 10)
                        .mapToObj(i -> (i % 3 == 0 ? "drop-" : "take-") + i)
                        .toArray(String[]::new));

        var dead = queues.take("reports-dead", 4);
        assertThat(dead)
                .extracting(message -> message.body())
                .containsExactlyInAnyOrder("drop-0", "drop-3", "drop-6", "drop-9");
        awaitEmpty("reports");
        assertThat(bodies("reports")).hasSize(10);
    }

    @Test
    void gathersABatchUntilItIsFullOrItsWindowIsOver() {
        map("gathers", r -> r.batchSize(25).maximumBatchingWindowInSeconds(5));

        send("gathers", IntStream.range(0, 25).mapToObj(i -> "m" + i).toArray(String[]::new));

        awaitLog("gathers", "DONE 25");
        send("gathers", "alone");
        awaitLog("gathers", "DONE 1\n");
    }

    @Test
    void filtersAndDeletesWhatNobodyWants() {
        map(
                "picky",
                r -> r.filterCriteria(c -> c.filters(
                        Filter.builder()
                                .pattern("{\"body\":{\"kind\":[\"a\"],\"n\":[{\"numeric\":[\">\",5]}]}}")
                                .build(),
                        Filter.builder()
                                .pattern("{\"body\":[{\"prefix\":\"text\"}]}")
                                .build())));

        send(
                "picky",
                "{\"kind\":\"a\",\"n\":1}",
                "text-1",
                "{\"kind\":\"a\",\"n\":7}",
                "other",
                "{\"kind\":\"b\",\"n\":7}");

        awaitEmpty("picky");
        // A log is written a moment after its function has ended.
        Await.until(() -> log("picky"), () -> bodies("picky").size() >= 2);
        assertThat(String.join(" ", bodies("picky")))
                .contains("text-1", "\"n\":7")
                .doesNotContain("other", "\"n\":1", "\"b\"");
    }

    @Test
    void runsNoMoreAtOnceThanItMay() {
        map("few", Map.of("SLOW", "0.2"), Map.of(), r -> r.batchSize(1).scalingConfig(c -> c.maximumConcurrency(2)));

        send("few", IntStream.range(0, 12).mapToObj(i -> "m" + i).toArray(String[]::new));

        Await.until(() -> log("few"), () -> bodies("few").size() == 12);
        awaitEmpty("few");
        assertThat(environments("few")).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void hasSoManyPollersAsAreProvisioned() {
        map("provisioned", Map.of("SLOW", "1"), Map.of(), r -> r.batchSize(1)
                .provisionedPollerConfig(c -> c.minimumPollers(2).maximumPollers(3)));

        send("provisioned", IntStream.range(0, 20).mapToObj(i -> "m" + i).toArray(String[]::new));

        // Ten of each of the two, where others begin with five.
        Await.until(() -> log("provisioned"), () -> bodies("provisioned").size() == 20);
        awaitEmpty("provisioned");
        assertThat(environments("provisioned")).hasSizeGreaterThan(5);
    }

    @Test
    void keepsTheOrderOfEachGroupOfAFifoQueue() {
        map("order.fifo", Map.of("FifoQueue", "true"), r -> r.batchSize(4));

        for (int i = 0; i < 40; i++) {
            var body = (i % 4) + ":" + i;
            queues.client().sendMessage(r -> r.queueUrl(queues.urlOf("order.fifo"))
                    .messageBody(body)
                    .messageGroupId(body.substring(0, 1))
                    .messageDeduplicationId(body));
        }

        Await.until(() -> log("order"), () -> bodies("order").size() == 40);
        var groups = new TreeMap<String, List<Integer>>();
        bodies("order").forEach(body -> groups.computeIfAbsent(body.substring(0, 1), _ -> new ArrayList<>())
                .add(Integer.valueOf(body.substring(2))));
        assertThat(groups).hasSize(4);
        assertThat(groups.values()).allSatisfy(group -> assertThat(group).isSorted());
        assertThat(log("order")).contains("\"MessageGroupId\": \"1\"", "\"SequenceNumber\": \"");
    }

    @Test
    void takesNothingWhileItIsDisabledAndAllOnceItIsEnabled() {
        var mapping = map("stops", r -> {});
        send("stops", "before");
        awaitLog("stops", "BODIES before");

        lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(false));
        awaitState(mapping, "Disabled");
        awaitEmpty("stops");
        // The poll that runs may still end with this one; the next one is nobody's.
        send("stops", "meanwhile");
        Await.until(
                "it lies in the queue",
                () -> queues.visible("stops") == 1 || log("stops").contains("meanwhile"));
        lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(true));

        awaitLog("stops", "BODIES meanwhile");
        awaitEmpty("stops");
        lambda.deleteEventSourceMapping(r -> r.uuid(mapping));
    }

    @Test
    void isRefusedForAQueueThatIsNotThereOrShowsItsMessagesTooSoon() {
        create("refused", Map.of());
        assertThatThrownBy(() -> lambda.createEventSourceMapping(
                        r -> r.functionName("refused").eventSourceArn(ElasticMq.arn("nowhere"))))
                .isInstanceOfSatisfying(InvalidParameterValueException.class, refused -> assertThat(
                                refused.awsErrorDetails().errorMessage())
                        .isEqualTo("Error occurred while ReceiveMessage. SQS Error Code:"
                                + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue"
                                + " does not exist."));
        var hasty = queues.create("hasty", Map.of("VisibilityTimeout", "2"));
        assertThatThrownBy(() -> lambda.createEventSourceMapping(
                        r -> r.functionName("refused").eventSourceArn(hasty)))
                .isInstanceOfSatisfying(InvalidParameterValueException.class, refused -> assertThat(
                                refused.awsErrorDetails().errorMessage())
                        .isEqualTo("Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds"));
    }

    @Test
    void saysWhatIsWrongAndGoesOnOnceItIsNot() {
        var mapping = map("away", r -> {});
        var url = queues.urlOf("away");
        queues.client().deleteQueue(r -> r.queueUrl(url));

        Await.until(() -> "" + lambda.getEventSourceMapping(r -> r.uuid(mapping)), () -> String.valueOf(
                        lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult())
                .startsWith("PROBLEM: Error occurred while "));
        queues.create("away");
        send("away", "late");

        awaitLog("away", "BODIES late");
        Await.until(
                "no problem is left",
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult() == null);
    }

    @Test
    void waitsForAFunctionThatIsThrottledAsLongAsTheMessageIsItsOwn() {
        create("throttled", Map.of());
        lambda.putFunctionConcurrency(r -> r.functionName("throttled").reservedConcurrentExecutions(0));
        queues.create("throttled");
        lambda.createEventSourceMapping(r -> r.functionName("throttled").eventSourceArn(ElasticMq.arn("throttled")));
        send("throttled", "patient");

        Await.until("it is taken out", () -> "1"
                .equals(queues.attributes("throttled")
                        .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE)));
        lambda.putFunctionConcurrency(r -> r.functionName("throttled").reservedConcurrentExecutions(1));

        awaitLog("throttled", "BODIES patient");
        assertThat(log("throttled")).contains("\"ApproximateReceiveCount\": \"1\"");
        awaitEmpty("throttled");
    }

    @Test
    void stopsALoopAndRunsTheOthersOfItsBatch() {
        queues.create("loop-dead");
        var function = new FunctionId(new AccountId("000000000000"), new Region("eu-west-1"), "loop");
        var header = "Root=1-5759e988-bd862e3fe1be46a994272793";
        for (int i = 0; i < RecursionGuard.MOST_ROUNDS; i++) {
            header = RecursionGuard.of(function).enter(header).traceHeader();
        }
        var sixteen = header;
        map(
                "loop",
                Map.of("VisibilityTimeout", "3", "RedrivePolicy", redrive("loop-dead", 1)),
                r -> r.maximumBatchingWindowInSeconds(1).batchSize(2));

        queues.client().sendMessage(r -> r.queueUrl(queues.urlOf("loop"))
                .messageBody("round-and-round")
                .messageSystemAttributes(Map.of(
                        MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder()
                                .dataType("String")
                                .stringValue(sixteen)
                                .build())));
        send("loop", "straight-on");

        assertThat(queues.take("loop-dead", 1).getFirst().body()).isEqualTo("round-and-round");
        awaitEmpty("loop");
        assertThat(bodies("loop")).containsExactly("straight-on");
    }

    @Test
    void splitsWhatIsMoreThanAnInvocationHolds() {
        map("large", r -> r.batchSize(100).maximumBatchingWindowInSeconds(5));
        var body = "x".repeat(250_000);

        for (int i = 0; i < 30; i++) {
            send("large", i + body);
        }

        awaitEmpty("large");
        Await.until(
                "all batches are in the log",
                () -> sizes("large").stream().mapToInt(n -> n).sum() >= 30);
        var batches = sizes("large");
        assertThat(batches.stream().mapToInt(n -> n).sum()).isEqualTo(30);
        assertThat(batches).hasSizeGreaterThan(1).allSatisfy(size -> assertThat(size)
                .isLessThanOrEqualTo(25));
    }

    @Test
    void areListedWithWhatWaits() throws Exception {
        var mapping = map("listed", r -> r.enabled(false).batchSize(3));
        send("listed", "one", "two");

        var listing = HearthProcess.command(
                        List.of("mappings", "--data", data.toString(), "--endpoint", "sqs=" + queues.url()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var said = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(listing.waitFor()).isZero();

        assertThat(said)
                .contains(mapping + ": arn:aws:lambda:eu-west-1:000000000000:function:listed on "
                        + ElasticMq.arn("listed") + ", Disabled, 2 waiting, 0 in work\n");
    }

    @Test
    void losesNothingWhenItIsKilledInTheMiddle() {
        var folder = TestServer.temporaryFolder();
        queues.create("killed", Map.of("VisibilityTimeout", "3"));
        var sent = new HashSet<String>();
        try (var first = HearthProcess.start(folder, "--endpoint", "sqs=" + queues.url());
                var client = Clients.lambda(first.endpoint())) {
            create(client, "killed", Map.of("SLOW", "0.1"));
            client.createEventSourceMapping(r -> r.functionName("killed")
                    .eventSourceArn(ElasticMq.arn("killed"))
                    .batchSize(5));
            for (int i = 0; i < 300; i += 10) {
                var bodies = IntStream.range(i, i + 10).mapToObj(n -> "k" + n).toList();
                sent.addAll(bodies);
                send("killed", bodies.toArray(String[]::new));
            }
            Await.until("it is in the middle", () -> bodies(folder, "killed").size() > 50);
            first.kill();
        }
        try (var second = HearthProcess.start(folder, "--endpoint", "sqs=" + queues.url())) {
            Await.until(
                    () -> second.output() + sent.size() + " and not "
                            + bodies(folder, "killed").size(),
                    () -> Set.copyOf(bodies(folder, "killed")).equals(sent));
            awaitEmpty("killed");
        }
    }

    private static String redrive(String dead, int receives) {
        return "{\"deadLetterTargetArn\":\"" + ElasticMq.arn(dead) + "\",\"maxReceiveCount\":" + receives + "}";
    }

    private static String map(String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        return map(name, Map.of(), settings);
    }

    private static String map(
            String name, Map<String, String> queue, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        return map(name, Map.of(), queue, settings);
    }

    /// A function, a queue of the same name, and the mapping between them.
    private static String map(
            String name,
            Map<String, String> variables,
            Map<String, String> queue,
            Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        var function = name.replace(".fifo", "");
        create(function, variables);
        queues.create(name, queue);
        var mapping = lambda.createEventSourceMapping(r -> {
                    r.functionName(function).eventSourceArn(ElasticMq.arn(name));
                    settings.accept(r);
                })
                .uuid();
        Await.until(
                "the mapping is at rest",
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)).state().endsWith("abled"));
        return mapping;
    }

    private static void create(String function, Map<String, String> variables) {
        create(lambda, function, variables);
    }

    private static void create(LambdaClient lambda, String function, Map<String, String> variables) {
        lambda.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role("arn:aws:iam::000000000000:role/any")
                .handler("app.handler")
                .timeout(3)
                // Six megabytes of JSON take most of that on the share of a processor that 128 MB have.
                .memorySize(1024)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
    }

    private static void awaitState(String mapping, String state) {
        Await.until(
                "the mapping is " + state,
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)).state().equals(state));
    }

    private static void send(String queue, String... bodies) {
        queues.send(queue, List.of(bodies));
    }

    private static void awaitEmpty(String queue) {
        Await.until(
                () -> queue + " has still " + queues.attributes(queue),
                () -> queues.visible(queue) == 0
                        && "0"
                                .equals(queues.attributes(queue)
                                        .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE)));
    }

    private static void awaitLog(String function, String words) {
        Await.until(() -> words + " in " + log(function) + server.output(), () -> log(function)
                .contains(words));
    }

    private static List<String> bodies(String function) {
        return bodies(data, function);
    }

    /// Of all messages that it ran on, in the order in which each environment did.
    private static List<String> bodies(Path folder, String function) {
        return FunctionLogs.words(folder, function, "BODIES");
    }

    /// Of the batches that it ran on.
    private static List<Integer> sizes(String function) {
        return FunctionLogs.of(data, function, "DONE (\\d+)").stream()
                .map(Integer::valueOf)
                .toList();
    }

    private static long count(String text, String words) {
        return Pattern.compile(Pattern.quote(words)).matcher(text).results().count();
    }

    private static String log(String function) {
        return FunctionLogs.text(data, function);
    }

    private static List<Path> environments(String function) {
        return FunctionLogs.files(data, function);
    }
}
