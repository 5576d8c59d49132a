package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.KafkaEventSourceMappingConsumptionMode;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Functions that run on the records of share groups, which a broker of Kafka's own has (`ConsumptionMode: Queue`).
@Tag("alone")
@Execution(ExecutionMode.CONCURRENT)
class ShareGroupMappingsTest {
    /// Says what it got. Fails on `fail`, and the first two times on `twice`.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64, json, os, time

            failures = []

            def handler(event, context):
                values = [base64.b64decode(record["value"]).decode()
                    for list in event["records"].values() for record in list]
                if os.environ.get("SLOW"):
                    time.sleep(float(os.environ["SLOW"]))
                if "fail" in values or "twice" in values and len(failures) < 2:
                    failures.append(1)
                    print("FAILED " + " ".join(values))
                    raise ValueError("as it was asked to")
                print("GOT " + json.dumps(event)[:10_000])
                print("VALUES " + " ".join(values))
            """);

    private static Path data;
    private static KafkaBroker broker;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() {
        data = TestServer.temporaryFolder();
        broker = KafkaBroker.start();
        server = HearthProcess.start(data);
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
        broker.close();
    }

    private static String map(
            String name, Map<String, String> variables, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        broker.create(name, 2);
        broker.beginAtTheOldest("group-" + name);
        return mapExisting(name, variables, settings);
    }

    /// @param name of the function and of the topic, which is there
    private static String mapExisting(
            String name, Map<String, String> variables, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .role(TestServer.ROLE)
                .handler("app.handler")
                .timeout(30)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        // Environments that start all at once keep this machine busy for long.
        lambda.putFunctionConcurrency(r -> r.functionName(name).reservedConcurrentExecutions(1));
        return lambda.createEventSourceMapping(r -> {
                    r.functionName(name)
                            .topics(name)
                            .selfManagedEventSource(s -> s.endpoints(
                                    Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of(broker.address()))))
                            .selfManagedKafkaEventSourceConfig(k -> k.consumerGroupId("group-" + name)
                                    .consumptionMode(KafkaEventSourceMappingConsumptionMode.QUEUE))
                            .sourceAccessConfigurations(SourceAccessConfiguration.builder()
                                    .type("VPC_SUBNET")
                                    .uri("subnet:subnet-1")
                                    .build());
                    settings.accept(r);
                })
                .uuid();
    }

    /// The values of each.
    private static List<String> batches(String function) {
        return FunctionLogs.of(data, function, "VALUES (.*)");
    }

    private static String log(String function) {
        return FunctionLogs.text(data, function);
    }

    private static List<String> values(String function) {
        return FunctionLogs.words(data, function, "VALUES");
    }

    private static void awaitValues(String function, int count) {
        Await.until(
                () -> count + " values and not " + log(function) + server.output(),
                () -> values(function).size() >= count);
    }

    @Test
    void givesTheFunctionRecordsAndAcceptsThem() {
        var mapping = map("shared", Map.of(), r -> r.batchSize(7)
                .filterCriteria(f -> f.filters(Filter.builder()
                        .pattern("{\"value\":[{\"anything-but\":[\"unwanted\"]}]}")
                        .build())));
        var sent = new TreeSet<String>();
        for (int i = 0; i < 40; i++) {
            broker.send("shared", i % 2, "v" + i);
            sent.add("v" + i);
        }
        broker.send("shared", 0, "unwanted");

        awaitValues("shared", 40);
        assertThat(new TreeSet<>(values("shared"))).isEqualTo(sent);
        assertThat(batches("shared").stream().mapToInt(batch -> batch.split(" ").length))
                .allMatch(size -> size <= 7);
        assertThat(log("shared"))
                .contains("{\"eventSource\": \"SelfManagedKafka\", \"bootstrapServers\": \"" + broker.address()
                        + "\", \"records\": {\"shared-");

        // What was accepted does not come to the group's next members.
        lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(false));
        lambda.updateEventSourceMapping(r -> r.uuid(mapping).batchSize(5).enabled(true));
        broker.send("shared", 1, "last");
        awaitValues("shared", 41);
        assertThat(values("shared")).hasSize(41).contains("last");
    }

    /// The broker's locks last for 3 s here.
    @Test
    void keepsRecordsHoweverLongAFunctionTakes() {
        map("slow", Map.of("SLOW", "5"), r -> r.batchSize(10));

        broker.send("slow", 0, "one");

        awaitValues("slow", 1);
        broker.send("slow", 0, "two");
        awaitValues("slow", 2);
        assertThat(values("slow")).containsExactly("one", "two");
    }

    @Test
    void triesAgainWhatTheFunctionFailsOn() {
        map("again", Map.of(), r -> r.batchSize(1));

        broker.send("again", 0, "twice", "other");

        awaitValues("again", 2);
        assertThat(values("again")).containsExactlyInAnyOrder("twice", "other");
        assertThat(log("again").split("FAILED twice", -1)).hasSize(3);
    }

    @Test
    void tellsItsDestinationOfWhatItGivesUp() {
        broker.create("given-up", 1);
        map("poison", Map.of(), r -> r.batchSize(1)
                .provisionedPollerConfig(p -> p.minimumPollers(1).maximumPollers(1))
                .maximumRetryAttempts(1)
                .destinationConfig(d -> d.onFailure(f -> f.destination("kafka://given-up"))));

        broker.send("poison", 0, "fail", "good");

        awaitValues("poison", 1);
        var told = told("given-up");
        assertThat(told)
                .contains("\"condition\":\"RetriesExhausted\"", "\"approximateInvokeCount\":2")
                .contains("\"value\":\"" + Base64.getEncoder().encodeToString("fail".getBytes(StandardCharsets.UTF_8)));
        assertThat(values("poison")).containsExactly("good");
    }

    /// As it would be after four servers that had it were killed, one after the other.
    @Test
    void givesUpAtOnceWhatTheBrokerGivesOutForTheLastTime() {
        broker.create("last-given-up", 1);
        broker.create("last", 1);
        broker.beginAtTheOldest("group-last");
        broker.send("last", 0, "fail");
        takeAndRelease("last", "group-last", 4);

        mapExisting("last", Map.of(), r -> r.batchSize(1)
                .provisionedPollerConfig(p -> p.minimumPollers(1).maximumPollers(1))
                .maximumRetryAttempts(100)
                .destinationConfig(d -> d.onFailure(f -> f.destination("kafka://last-given-up"))));

        assertThat(told("last-given-up"))
                .contains("\"condition\":\"RetriesExhausted\"", "\"approximateInvokeCount\":1}");
        assertThat(log("last").split("FAILED fail", -1)).hasSize(2);
    }

    /// Takes the one record of a topic out as a member of a group, and gives it back, so many times.
    private static void takeAndRelease(String topic, String group, int times) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", broker.address(), "group.id", group, "share.acknowledgement.mode", "explicit");
        try (var consumer = new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            var taken = new AtomicInteger();
            Await.until("it is taken out", () -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    taken.set(record.deliveryCount().orElseThrow());
                    consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    consumer.commitSync();
                }
                return taken.get() == times;
            });
        }
    }

    private static String told(String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.address(),
                "group.id",
                "reader-of-" + topic,
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            var texts = new ArrayList<String>();
            Await.until("something is told", () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> texts.add(record.value()));
                return !texts.isEmpty();
            });
            return texts.getFirst();
        }
    }
}
