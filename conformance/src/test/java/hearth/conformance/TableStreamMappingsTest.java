package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/// Functions that run on the changes of tables.
@Execution(ExecutionMode.CONCURRENT)
class TableStreamMappingsTest {
    private static final String FIRST = "shardId-00000000000000000001-00000001";
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import json

            def handler(event, context):
                print("GOT " + json.dumps(event["Records"]))
                print("IDS " + " ".join(r["dynamodb"]["Keys"]["id"]["S"] for r in event["Records"]))
            """);
    private static Path data;
    private static TableStreams streams;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException {
        data = TestServer.temporaryFolder();
        streams = TableStreams.start();
        server = HearthProcess.start(data, "--endpoint", "dynamodb=" + streams.url());
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
        streams.close();
    }

    @Test
    void givesTheFunctionChangesAsLambdaDoesAndReadsChildrenAfterTheirParents() {
        map(lambda, "orders", TableStreams.ARN);
        streams.put(FIRST, "ttl-0");
        IntStream.range(1, 20).forEach(i -> streams.put(FIRST, "a" + i));
        streams.expire();
        streams.close(FIRST);
        streams.open("shardId-00000000000000000002-00000002", FIRST);
        streams.open("shardId-00000000000000000003-00000003", FIRST);
        IntStream.range(20, 40)
                .forEach(i ->
                        streams.put("shardId-0000000000000000000" + (2 + i % 2) + "-0000000" + (2 + i % 2), "a" + i));

        Await.until(
                () -> FunctionLogs.text(data, "orders") + server.output(),
                () -> ids(data, "orders").size() == 40);
        assertThat(ids(data, "orders").subList(0, 20))
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .mapToObj(i -> i == 0 ? "ttl-0" : "a" + i)
                        .toList());
        assertThat(FunctionLogs.text(data, "orders").replace("\\", ""))
                .containsPattern("GOT \\[\\{\"eventID\": \"e1\", \"eventName\": \"INSERT\", \"eventVersion\": \"1.1\","
                        + " \"eventSource\": \"aws:dynamodb\", \"awsRegion\": \"eu-west-1\", \"dynamodb\":"
                        + " \\{\"ApproximateCreationDateTime\": [0-9]{10}\\.0, \"Keys\": \\{\"id\": \\{\"S\": \"ttl-0\"\\}\\},"
                        + " \"NewImage\": ")
                .contains(
                        "\"all\": {\"M\": {\"n\": {\"N\": \"1.50\"}, \"t\": {\"BOOL\": true}, \"z\": {\"NULL\": true},"
                                + " \"l\": {\"L\": [{\"B\": \"Ynl0ZXM=\"}, {\"SS\": [\"x\"]}]}}}}, \"SequenceNumber\":"
                                + " \"000000000000000000001\", \"SizeBytes\": 26, \"StreamViewType\": \"NEW_IMAGE\"},"
                                + " \"userIdentity\": {\"principalId\": \"dynamodb.amazonaws.com\", \"type\": \"Service\"},"
                                + " \"eventSourceARN\": \"" + TableStreams.ARN + "\"}");
    }

    @Test
    void saysThatAStreamIsNotThere() {
        var arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/none/stream/2026-11-30T00:00:00.000";
        var mapping = map(lambda, "none", arn);

        Await.until(server::output, () -> ("PROBLEM: Stream not found: " + arn)
                .equals(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult()));
    }

    /// Another server than the stand-in, where the host has one.
    @Test
    void readsTheTablesOfMoto() throws Exception {
        var folder = TestServer.temporaryFolder();
        try (var moto = Moto.start();
                var tables = Clients.of(DynamoDbClient.builder(), moto.url());
                var other = HearthProcess.start(folder, "--endpoint", "dynamodb=" + moto.url());
                var client = Clients.lambda(other.endpoint())) {
            var stream = tables.createTable(r -> r.tableName("orders")
                            .attributeDefinitions(AttributeDefinition.builder()
                                    .attributeName("id")
                                    .attributeType("S")
                                    .build())
                            .keySchema(KeySchemaElement.builder()
                                    .attributeName("id")
                                    .keyType("HASH")
                                    .build())
                            .billingMode("PAY_PER_REQUEST")
                            .streamSpecification(s -> s.streamEnabled(true).streamViewType("NEW_AND_OLD_IMAGES")))
                    .tableDescription()
                    .latestStreamArn();
            map(client, "orders", stream);
            for (int i = 0; i < 10; i++) {
                var id = AttributeValue.fromS("m" + i);
                tables.putItem(r -> r.tableName("orders").item(java.util.Map.of("id", id)));
            }

            Await.until(
                    () -> FunctionLogs.text(folder, "orders") + other.output(),
                    () -> ids(folder, "orders").size() == 10);
            assertThat(ids(folder, "orders")).isSorted();
        }
    }

    private static String map(LambdaClient client, String function, String stream) {
        client.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role("arn:aws:iam::000000000000:role/any")
                .handler("app.handler")
                .code(c -> c.zipFile(FUNCTION)));
        client.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
        return client.createEventSourceMapping(r -> r.functionName(function)
                        .eventSourceArn(stream)
                        .startingPosition(EventSourcePosition.TRIM_HORIZON)
                        .batchSize(7))
                .uuid();
    }

    private static List<String> ids(Path folder, String function) {
        return FunctionLogs.words(folder, function, "IDS");
    }
}
