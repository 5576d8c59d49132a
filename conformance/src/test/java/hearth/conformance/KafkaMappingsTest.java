package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Functions that run on the records of topics, which a broker of Kafka's own has.
@Tag("alone")
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = "broker", mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class KafkaMappingsTest {
    /// Says what it got, and does what the values ask for: `fail` fails the batch, `until:TIME` does before that time,
    /// `drop` is reported as failed.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64, json, os, time

            def text(record):
                return base64.b64decode(record.get("value", "")).decode()

            def handler(event, context):
                if os.environ.get("SLOW"):
                    time.sleep(float(os.environ["SLOW"]))
                records = [record for list in event["records"].values() for record in list]
                for record in records:
                    value = text(record)
                    if value == "fail" or value.startswith("until:") and time.time() < float(value[6:]):
                        print("FAILED " + value)
                        raise ValueError("as it was asked to")
                print("GOT " + json.dumps(event))
                print("VALUES " + " ".join("%s:%s" % (record["partition"], text(record)) for record in records))
                return {"batchItemFailures": [
                    {"itemIdentifier": {"partition": "%s-%s" % (record["topic"], record["partition"]),
                                        "offset": record["offset"]}}
                    for record in records if text(record).startswith("drop")]}
            """);

    private static final String SECRETS = "arn:aws:secretsmanager:us-east-1:000000000000:secret:";
    private static final String CLUSTER = "arn:aws:kafka:us-east-1:000000000000:cluster/orders/1234-5";

    private static Path data;
    private static KafkaBroker broker;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException {
        data = TestServer.temporaryFolder();
        broker = KafkaBroker.start();
        server = HearthProcess.start(data, options());
        lambda = Clients.lambda(server.endpoint());
    }

    private static String[] options() throws IOException {
        var secrets = TestServer.temporaryFolder();
        return new String[] {
            "--kafka-brokers",
            CLUSTER + "=" + broker.address(),
            "--secret",
            SECRETS + "user="
                    + secret(secrets, "user", Map.of("username", KafkaBroker.USER, "password", KafkaBroker.PASSWORD)),
            "--secret",
            SECRETS + "wrong=" + secret(secrets, "wrong", Map.of("username", KafkaBroker.USER, "password", "hunter2")),
            "--secret",
            SECRETS + "ca=" + secret(secrets, "ca", Map.of("certificate", broker.certificate())),
            "--secret",
            SECRETS + "client="
                    + secret(
                            secrets,
                            "client",
                            Map.of("certificate", broker.certificate(), "privateKey", broker.privateKey()))
        };
    }

    private static Path secret(Path folder, String name, Map<String, String> members) throws IOException {
        var text = members.entrySet().stream()
                .map(member -> "\"" + member.getKey() + "\":\""
                        + member.getValue()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\r", "")
                        + "\"")
                .collect(Collectors.joining(",", "{", "}"));
        return Files.writeString(folder.resolve(name + ".json"), text);
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
        broker.close();
    }

    @Test
    void givesTheFunctionRecordsAsLambdaDoes() {
        var mapping = map("whole", 1, r -> {});
        assertThat(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult())
                .isIn("No records processed", "OK");

        broker.send(new ProducerRecord<>(
                "whole",
                0,
                1_700_000_000_123L,
                "é".getBytes(StandardCharsets.UTF_8),
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                List.of(new RecordHeader("sign", new byte[] {1, -1, -128, 127}), new RecordHeader("none", null))));
        broker.send(new ProducerRecord<>("whole", 0, 1_700_000_000_124L, null, null, List.of()));

        awaitLog("whole", "\"offset\": 1");
        assertThat(log("whole"))
                .contains(
                        "{\"eventSource\": \"SelfManagedKafka\", \"bootstrapServers\": \"" + broker.address()
                                + "\", \"records\": {\"whole-0\": [{\"topic\": \"whole\", \"partition\": 0, \"offset\": 0,"
                                + " \"timestamp\": 1700000000123, \"timestampType\": \"CREATE_TIME\", \"key\": \"w6k=\","
                                + " \"value\": \"eyJhIjoxfQ==\", \"headers\": [{\"sign\": [1, -1, -128, 127]},"
                                + " {\"none\": []}]}",
                        "{\"topic\": \"whole\", \"partition\": 0, \"offset\": 1, \"timestamp\": 1700000000124,"
                                + " \"timestampType\": \"CREATE_TIME\", \"headers\": []}");
        awaitResult(mapping, "OK");
        awaitCommitted(mapping, Map.of(0, 2L));
    }

    @Test
    void givesTheFunctionRecordsOfAmazonMskAsLambdaDoes() {
        broker.create("managed", 1);
        create(lambda, "managed", Map.of());
        lambda.createEventSourceMapping(r -> r.functionName("managed")
                .eventSourceArn(CLUSTER)
                .topics("managed")
                .startingPosition(EventSourcePosition.TRIM_HORIZON));
        create(lambda, "nowhere", Map.of());
        var nowhere = lambda.createEventSourceMapping(r -> r.functionName("nowhere")
                        .eventSourceArn(CLUSTER + "6")
                        .topics("managed")
                        .startingPosition(EventSourcePosition.TRIM_HORIZON))
                .uuid();

        broker.send("managed", 0, "one");

        awaitLog("managed", "VALUES 0:one");
        assertThat(log("managed"))
                .contains("{\"eventSource\": \"aws:kafka\", \"eventSourceArn\": \"" + CLUSTER
                        + "\", \"bootstrapServers\": \"" + broker.address() + "\", \"records\": {\"managed-0\": [{");
        awaitResult(
                nowhere,
                "PROBLEM: Hearth was not told where the brokers of " + CLUSTER + "6 are: --kafka-brokers " + CLUSTER
                        + "6=HOST:PORT.");
    }

    @Test
    void keepsTheOrderOfEachPartitionAndTriesAFailedBatchAgain() {
        var mapping = map("order", 3, r -> r.batchSize(7));
        // On a busy machine it may be over before the function first runs; then nothing failed.
        var until = "until:" + (Instant.now().toEpochMilli() / 1000.0 + 4);

        broker.send("order", 1, until);
        for (int i = 0; i < 60; i++) {
            broker.send("order", i % 3, String.valueOf(i));
        }

        Await.until(() -> log("order"), () -> values("order").size() == 61);
        awaitResult(mapping, "OK");
        if (log("order").contains("FAILED " + until)) {
            assertThat(server.output()).contains("of order: Function call failed");
        }
        var partitions = new TreeMap<String, List<Integer>>();
        values("order").stream().filter(value -> !value.contains("until")).forEach(value -> partitions
                .computeIfAbsent(value.substring(0, 1), _ -> new ArrayList<>())
                .add(Integer.valueOf(value.substring(2))));
        assertThat(partitions).hasSize(3);
        assertThat(partitions.values())
                .allSatisfy(partition -> assertThat(partition).isSorted().hasSize(20));
        awaitCommitted(mapping, Map.of(0, 20L, 1, 21L, 2, 20L));
    }

    @Test
    void filtersAndPassesOverWhatNobodyWants() {
        var mapping = map(
                "picky",
                1,
                r -> r.filterCriteria(c -> c.filters(Filter.builder()
                        .pattern("{\"value\":{\"kind\":[\"a\"]}}")
                        .build())));

        broker.send("picky", 0, "{\"kind\":\"b\"}", "{\"kind\":\"a\"}", "{\"kind\":\"c\"}");

        awaitLog("picky", "VALUES");
        awaitCommitted(mapping, Map.of(0, 3L));
        assertThat(values("picky")).containsExactly("0:{\"kind\":\"a\"}");
    }

    @Test
    void tellsATopicOfWhatItGivesUp() {
        broker.create("given-up", 1);
        map("gives-up", 1, r -> r.provisionedPollerConfig(
                        p -> p.minimumPollers(1).maximumPollers(2))
                .maximumRetryAttempts(1)
                .bisectBatchOnFunctionError(true)
                .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                .destinationConfig(d -> d.onFailure(f -> f.destination("kafka://given-up"))));
        map("hears", "given-up", r -> {});

        broker.send("gives-up", 0, "a", "b", "fail", "c", "drop-1", "d");

        Await.until(
                () -> log("hears") + log("gives-up"),
                () -> log("hears").split("GOT", -1).length > 1
                        && values("hears").stream()
                                        .filter(value -> value.contains("RetriesExhausted"))
                                        .count()
                                == 2);
        assertThat(Set.copyOf(values("gives-up"))).contains("0:a", "0:b", "0:c", "0:d", "0:drop-1");
        assertThat(String.join(" ", values("hears")))
                .contains(
                        "\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":",
                        "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\",\"functionError\":\"Unhandled\"}",
                        "\"KafkaBatchInfo\":{\"batchSize\":1,\"bootstrapServers\":\"" + broker.address() + "\"",
                        "\"recordInfo\":{\"offset\":\"2\"",
                        "\"recordInfo\":{\"offset\":\"4\"",
                        "\"payload\":{\"eventSource\":\"SelfManagedKafka\"");
    }

    @Test
    void beginsWhereItsMappingSays() {
        broker.create("begins", 1);
        broker.send(new ProducerRecord<>("begins", 0, 1_000L, null, "old".getBytes(StandardCharsets.UTF_8)));
        broker.send(new ProducerRecord<>("begins", 0, 5_000L, null, "young".getBytes(StandardCharsets.UTF_8)));
        var newest = map("newest", "begins", r -> r.startingPosition(EventSourcePosition.LATEST));
        map("dated", "begins", r -> r.startingPosition(EventSourcePosition.AT_TIMESTAMP)
                .startingPositionTimestamp(Instant.ofEpochSecond(3)));
        awaitCommitted(newest, Map.of(0, 2L));
        awaitLog("dated", "VALUES 0:young");

        broker.send("begins", 0, "new");
        // Read from its first record on, though nobody knew of it when that was written.
        broker.addPartitions("begins", 2);
        broker.send("begins", 1, "added");

        Await.until(() -> log("newest"), () -> values("newest").size() == 2);
        Await.until(() -> log("dated"), () -> values("dated").size() == 3);
        assertThat(values("newest")).containsExactlyInAnyOrder("0:new", "1:added");
        assertThat(values("dated")).containsExactlyInAnyOrder("0:young", "0:new", "1:added");
    }

    @Test
    void signsInWithItsSecrets() {
        broker.create("secret", 1);
        broker.send("secret", 0, "hush");
        var signedIn = broker.addressForThoseWhoSignIn();
        mapAt("plain", "secret", signedIn, access("BASIC_AUTH", "user"), access("SERVER_ROOT_CA_CERTIFICATE", "ca"));
        mapAt(
                "scram",
                "secret",
                signedIn,
                access("SASL_SCRAM_512_AUTH", "user"),
                access("SERVER_ROOT_CA_CERTIFICATE", "ca"));
        mapAt(
                "scram-256",
                "secret",
                signedIn,
                access("SASL_SCRAM_256_AUTH", "user"),
                access("SERVER_ROOT_CA_CERTIFICATE", "ca"));
        mapAt(
                "certificate",
                "secret",
                broker.addressForThoseWithACertificate(),
                access("CLIENT_CERTIFICATE_TLS_AUTH", "client"),
                access("SERVER_ROOT_CA_CERTIFICATE", "ca"));
        var wrong = mapAt(
                "wrong", "secret", signedIn, access("BASIC_AUTH", "wrong"), access("SERVER_ROOT_CA_CERTIFICATE", "ca"));
        var untrusted = mapAt("untrusted", "secret", signedIn, access("BASIC_AUTH", "user"));
        var unknown = mapAt("unknown", "secret", signedIn, access("BASIC_AUTH", "lost"));

        awaitLog("plain", "VALUES 0:hush");
        awaitLog("scram", "VALUES 0:hush");
        awaitLog("scram-256", "VALUES 0:hush");
        awaitLog("certificate", "VALUES 0:hush");
        awaitResult(wrong, "PROBLEM: SASL authentication failed.");
        awaitResult(untrusted, "PROBLEM: Lambda failed to authenticate server.");
        awaitResult(
                unknown,
                "PROBLEM: The secret " + SECRETS + "lost is not known here: --secret " + SECRETS
                        + "lost=FILE, or --endpoint secretsmanager=URL.");
        assertThat(server.output()).doesNotContain("hunter2", "PRIVATE KEY", "pass \"");
    }

    @Test
    void losesNothingWhenItIsKilledInTheMiddle() {
        var folder = TestServer.temporaryFolder();
        broker.create("killed", 2);
        String mapping;
        try (var first = HearthProcess.start(folder);
                var client = Clients.lambda(first.endpoint())) {
            create(client, "killed", Map.of("SLOW", "0.05"));
            mapping = client.createEventSourceMapping(r ->
                            selfManaged(r, "killed", "killed", broker.address()).batchSize(5))
                    .uuid();
            for (int i = 0; i < 120; i++) {
                broker.send("killed", i % 2, "k" + i);
            }
            Await.until("it is in the middle", () -> values(folder, "killed").size() > 30);
            first.kill();
        }
        try (var second = HearthProcess.start(folder)) {
            Await.until(
                    second::output, () -> Set.copyOf(values(folder, "killed")).size() == 120);
            awaitCommitted(mapping, Map.of(0, 60L, 1, 60L));
            // What ran when it was killed, and no more than that, came twice.
            assertThat(values(folder, "killed")).hasSizeLessThanOrEqualTo(140);
        }
    }

    @Test
    @ResourceLock("broker")
    void goesOnOnceItsBrokerIsBack() {
        var mapping = map("back", 1, r -> {});
        broker.send("back", 0, "before");
        awaitLog("back", "VALUES 0:before");

        broker.kill();
        awaitResult(mapping, "PROBLEM: Connection error. Please check your event source connection configuration.");
        broker.startAgain();
        broker.send("back", 0, "after");

        awaitLog("back", "VALUES 0:after");
        awaitResult(mapping, "OK");
    }

    @Test
    void saysThatATopicIsNotThereAndReadsItOnceItIs() {
        create(lambda, "early", Map.of());
        var mapping = lambda.createEventSourceMapping(r -> selfManaged(r, "early", "early", broker.address()))
                .uuid();

        awaitResult(mapping, "PROBLEM: The cluster has no topic early.");
        broker.create("early", 1);
        broker.send("early", 0, "late");

        awaitLog("early", "VALUES 0:late");
    }

    @Test
    void namesWhatItDoesNotSupport() {
        broker.create("registry", 1);
        create(lambda, "registry", Map.of());
        assertThatThrownBy(() -> lambda.createEventSourceMapping(r -> selfManaged(
                                r, "registry", "registry", broker.address())
                        .provisionedPollerConfig(p -> p.minimumPollers(1))
                        .selfManagedKafkaEventSourceConfig(k -> k.schemaRegistryConfig(c ->
                                c.schemaRegistryURI("https://registry.example").eventRecordFormat("JSON")))))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("Hearth does not support SchemaRegistryConfig yet.");

        var token = mapAt("token", "registry", broker.address(), access("OAUTHBEARER_AUTH", "user"));

        awaitResult(token, "PROBLEM: Hearth does not support OAUTHBEARER_AUTH yet.");
    }

    @Test
    void sharesPartitionsAmongItsPollersAndKeepsThemHoweverLongAFunctionTakes() {
        broker.create("shared", 4);
        create(lambda, "shared", Map.of("SLOW", "11"));
        var mapping = lambda.createEventSourceMapping(r -> selfManaged(r, "shared", "shared", broker.address())
                        .provisionedPollerConfig(p -> p.minimumPollers(2).maximumPollers(2)))
                .uuid();
        awaitMembers(mapping, 2);
        for (int i = 0; i < 4; i++) {
            broker.send("shared", i, "s" + i);
        }

        awaitCommitted(mapping, Map.of(0, 1L, 1, 1L, 2, 1L, 3, 1L));
        assertThat(values("shared")).containsExactlyInAnyOrder("0:s0", "1:s1", "2:s2", "3:s3");
        awaitMembers(mapping, 2);
    }

    private static void awaitMembers(String mapping, int count) {
        Await.until(() -> count + " members of " + mapping + server.output(), () -> broker.members(mapping) == count);
    }

    private static SourceAccessConfiguration access(String type, String secret) {
        return SourceAccessConfiguration.builder()
                .type(type)
                .uri(SECRETS + secret)
                .build();
    }

    private static CreateEventSourceMappingRequest.Builder selfManaged(
            CreateEventSourceMappingRequest.Builder request, String function, String topic, String address) {
        return request.functionName(function)
                .topics(topic)
                .startingPosition(EventSourcePosition.TRIM_HORIZON)
                .selfManagedEventSource(
                        s -> s.endpoints(Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of(address))))
                .sourceAccessConfigurations(SourceAccessConfiguration.builder()
                        .type("VPC_SUBNET")
                        .uri("subnet:subnet-0123456789abcdef0")
                        .build());
    }

    /// A function, a topic of the same name, and the mapping between them.
    private static String map(String name, int partitions, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        broker.create(name, partitions);
        return map(name, name, settings);
    }

    private static String map(
            String function, String topic, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        create(lambda, function, Map.of());
        return lambda.createEventSourceMapping(r -> {
                    selfManaged(r, function, topic, broker.address());
                    settings.accept(r);
                })
                .uuid();
    }

    private static String mapAt(String function, String topic, String address, SourceAccessConfiguration... access) {
        create(lambda, function, Map.of());
        return lambda.createEventSourceMapping(
                        r -> selfManaged(r, function, topic, address).sourceAccessConfigurations(access))
                .uuid();
    }

    private static void create(LambdaClient lambda, String function, Map<String, String> variables) {
        lambda.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role("arn:aws:iam::000000000000:role/any")
                .handler("app.handler")
                .timeout(30)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
    }

    private static void awaitResult(String mapping, String result) {
        Await.until(
                () -> result + " and not "
                        + lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult() + server.output(),
                () -> result.equals(
                        lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
    }

    private static void awaitCommitted(String mapping, Map<Integer, Long> offsets) {
        Await.until(() -> offsets + " and not " + broker.committed(mapping), () -> broker.committed(mapping)
                .equals(offsets));
    }

    private static void awaitLog(String function, String words) {
        Await.until(() -> words + " in " + log(function) + server.output(), () -> log(function)
                .contains(words));
    }

    private static List<String> values(String function) {
        return values(data, function);
    }

    /// Of all records that it succeeded on, in the order in which it did.
    private static List<String> values(Path folder, String function) {
        return FunctionLogs.words(folder, function, "VALUES");
    }

    private static String log(String function) {
        return FunctionLogs.text(data, function);
    }
}
