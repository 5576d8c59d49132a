package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketLocationConstraint;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Topics and buckets that hear of records of streams which functions fail on, and streams that are read from a time
/// on: by services that others wrote.
class StreamDestinationsTest {
    /// Says what it got, and fails on what ends in `fail`.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64

            def handler(event, context):
                texts = [base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]]
                print("TEXTS " + " ".join(texts))
                if any(text.endswith("fail") for text in texts):
                    raise ValueError("as it was asked to")
            """);

    private static Path data;
    private static Kinesalite streams;
    private static Moto moto;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        data = TestServer.temporaryFolder();
        streams = Kinesalite.start();
        moto = Moto.start();
        server = HearthProcess.start(
                data,
                "--endpoint",
                "kinesis=" + streams.url(),
                "--endpoint",
                "sns=" + moto.url(),
                "--endpoint",
                "s3=" + moto.url());
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        if (lambda != null) {
            lambda.close();
            server.close();
        }
        if (moto != null) {
            moto.close();
        }
        if (streams != null) {
            streams.close();
        }
    }

    private static String map(String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .role(TestServer.ROLE)
                .handler("app.handler")
                .timeout(20)
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return lambda.createEventSourceMapping(r -> {
                    r.functionName(name)
                            .eventSourceArn(Kinesalite.arn(name))
                            .startingPosition(EventSourcePosition.TRIM_HORIZON);
                    settings.accept(r);
                })
                .uuid();
    }

    private static String poison(String name, String destination) {
        streams.create(name, 1);
        streams.put(name, "a:fail");
        return map(name, r -> r.maximumRetryAttempts(0)
                .destinationConfig(d -> d.onFailure(f -> f.destination(destination))));
    }

    @Test
    void aTopicIsToldWithoutTheRecords() {
        try (var sqs = Clients.of(SqsClient.builder(), moto.url());
                var sns = Clients.of(SnsClient.builder(), moto.url())) {
            var topic = sns.createTopic(r -> r.name("given-up")).topicArn();
            var letters = sqs.createQueue(r -> r.queueName("letters")).queueUrl();
            sns.subscribe(r -> r.topicArn(topic)
                    .protocol("sqs")
                    .endpoint(topic.replace(":sns:", ":sqs:").replace("given-up", "letters")));

            poison("to-topic", topic);

            var found = new ArrayList<String>();
            Await.until(() -> "the topic is told" + server.output(), () -> {
                sqs.receiveMessage(r -> r.queueUrl(letters)).messages().forEach(message -> found.add(message.body()));
                return !found.isEmpty();
            });
            assertThat(found.getFirst())
                    .contains("RetryAttemptsExhausted", "KinesisBatchInfo", Kinesalite.arn("to-topic"))
                    .doesNotContain("payload");
        }
    }

    @Test
    void aBucketHasTheRecordsToo() {
        try (var s3 = Clients.of(S3Client.builder().forcePathStyle(true), moto.url())) {
            s3.createBucket(r -> r.bucket("given-up")
                    .createBucketConfiguration(c -> c.locationConstraint(BucketLocationConstraint.EU_WEST_1)));

            var mapping = poison("to-bucket", "arn:aws:s3:::given-up");

            Await.until(() -> "it is in the bucket" + server.output(), () -> s3.listObjectsV2(r -> r.bucket("given-up"))
                    .hasContents());
            var key = s3.listObjectsV2(r -> r.bucket("given-up"))
                    .contents()
                    .getFirst()
                    .key();
            assertThat(key)
                    .matches("aws/lambda/" + mapping + "/shardId-000000000000/\\d{4}/\\d\\d/\\d\\d/"
                            + "\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}");
            assertThat(s3.getObjectAsBytes(r -> r.bucket("given-up").key(key)).asUtf8String())
                    .contains(
                            "\"condition\":\"RetryAttemptsExhausted\"",
                            "\"KinesisBatchInfo\":{",
                            "\"payload\":\"{\\\"Records\\\":[{\\\"kinesis\\\":{");
        }
    }

    @Test
    void aStreamIsReadFromATimeOn() {
        streams.create("timed", 1);
        streams.put("timed", "a:before");
        var after = Instant.now().plusSeconds(1);
        Await.until("the next second has come", () -> Instant.now().isAfter(after.plusMillis(200)));
        streams.put("timed", "a:one", "a:two");

        map("timed", r -> r.startingPosition(EventSourcePosition.AT_TIMESTAMP).startingPositionTimestamp(after));

        Await.until(
                () -> "both have come" + server.output(), () -> texts("timed").contains("a:two"));
        assertThat(texts("timed")).containsExactly("a:one", "a:two");
    }

    private static List<String> texts(String function) {
        return FunctionLogs.words(data, function, "TEXTS");
    }
}
