package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/// Functions that run on what a server of Kinesis, which is not ours, sends to consumers with enhanced fan-out. It does
/// not say that a shard has ended, and ends no subscription: `ConsumerStreamTest` has that.
class ConsumerMappingsTest {
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64, json, time

            def handler(event, context):
                time.sleep(0.05)
                print("ARN " + event["Records"][0]["eventSourceARN"])
                print("TEXTS " + " ".join(base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]))
            """);

    private static KinesisLocal streams;

    @BeforeAll
    static void start() throws Exception {
        streams = KinesisLocal.start();
    }

    @AfterAll
    static void stop() {
        if (streams != null) {
            streams.close();
        }
    }

    @Test
    void areGivenTheRecordsOfTheirShardsInOrderAndGoOnWhereTheyWere() {
        var data = TestServer.temporaryFolder();
        var consumer = streams.create("orders", 2);
        String mapping;
        try (var server = start(data);
                var lambda = Clients.lambda(server.endpoint())) {
            mapping = map(lambda, "orders", consumer);
            streams.put("orders", texts(0, 80));
            awaitTexts(data, server, 80);
            Await.until(server::output, () -> "OK".equals(result(lambda, mapping)));
            assertThat(FunctionLogs.text(data, "orders")).contains("ARN " + consumer);
            streams.put("orders", texts(80, 160));
            Await.until(server::output, () -> ran(data).size() > 100);
            // Its subscriptions are over with its connections.
            server.kill();
        }
        try (var server = start(data)) {
            awaitTexts(data, server, 160);
            assertThat(ran(data)).hasSizeLessThanOrEqualTo(160 + 2 * 2 * 5);
        }
        assertOrdered(ran(data));
    }

    @Test
    void sayWhatIsWrongWithTheirConsumer() {
        var data = TestServer.temporaryFolder();
        var consumer = streams.create("other", 1);
        var missing = consumer.replace("/consumer/app:", "/consumer/nobody:");
        try (var server = start(data);
                var lambda = Clients.lambda(server.endpoint())) {
            var mapping = map(lambda, "other", missing);

            Await.until(() -> result(lambda, mapping) + server.output(), () -> result(lambda, mapping)
                    .equals("PROBLEM: Stream not found: " + missing));
        }
    }

    private static HearthProcess start(Path data) {
        return HearthProcess.start(data, streams.trust(), "--endpoint", "kinesis=" + streams.url());
    }

    private static String map(LambdaClient lambda, String function, String consumer) {
        lambda.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role(TestServer.ROLE)
                .handler("app.handler")
                .timeout(20)
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
        return lambda.createEventSourceMapping(r -> r.functionName(function)
                        .eventSourceArn(consumer)
                        .startingPosition(EventSourcePosition.TRIM_HORIZON)
                        .batchSize(5))
                .uuid();
    }

    private static String result(LambdaClient lambda, String mapping) {
        return String.valueOf(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult());
    }

    /// Eight keys in turns, and the number of the record.
    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "k" + i % 8 + ":" + i).toList();
    }

    private static List<String> ran(Path data) {
        return FunctionLogs.words(data, "orders", "TEXTS");
    }

    private static void awaitTexts(Path data, HearthProcess server, int count) {
        Await.until(
                () -> ran(data) + server.output(), () -> Set.copyOf(ran(data)).containsAll(texts(0, count)));
    }

    /// But for those that came again.
    private static void assertOrdered(List<String> texts) {
        var last = new HashMap<String, Integer>();
        var seen = new HashSet<String>();
        for (var text : texts) {
            if (seen.add(text)) {
                int number = Integer.parseInt(text.substring(text.indexOf(':') + 1));
                var before = last.put(text.substring(0, text.indexOf(':')), number);
                assertThat(before == null ? -1 : before).as(text).isLessThan(number);
            }
        }
    }
}
