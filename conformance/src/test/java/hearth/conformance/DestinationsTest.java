package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.Target;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketLocationConstraint;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// Who hears of events: services that others wrote, read by AWS's own clients.
class DestinationsTest {
    private static final SdkBytes ECHO = Zips.of("app.py", "def handler(event, context):\n    return event\n");
    private static final SdkBytes FAILING =
            Zips.of("app.py", "def handler(event, context):\n    raise ValueError('never ' + event['id'])\n");
    /// Remembers which events it was told of, and says so when it is asked.
    private static final SdkBytes MEMORY =
            Zips.of("app.py", "def handler(event, context):\n    print('SEEN', event['requestPayload']['id'])\n");

    private static final String TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793";

    @Test
    void aQueueHasTheRecordAndAnotherTheDeadLetterWithItsAttributes() {
        try (var queues = ElasticMq.start();
                var server = start("--endpoint", "sqs=" + queues.url());
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "failing", FAILING);
            deadLetters(lambda, "failing", queues.create("dead"));
            lambda.putFunctionEventInvokeConfig(r -> r.functionName("failing")
                    .maximumRetryAttempts(1)
                    .destinationConfig(c -> c.onFailure(f -> f.destination(queues.create("failed")))));

            var requestId = invokeLater(lambda, "failing", "é-1");

            var record = queues.take("failed", 1).getFirst();
            assertThat(record.body())
                    .contains(
                            "\"requestId\":\"" + requestId + "\"",
                            "\"condition\":\"RetriesExhausted\"",
                            "\"approximateInvokeCount\":2",
                            "\"requestPayload\":{\"id\":\"é-1\"}",
                            "\"functionError\":\"Unhandled\"");
            assertThat(record.messageAttributes()).isEmpty();
            var letter = queues.take("dead", 1).getFirst();
            assertThat(letter.body()).isEqualTo("{\"id\":\"é-1\"}");
            assertThat(attributes(letter))
                    .isEqualTo(Map.of(
                            "RequestID", "String " + requestId,
                            "ErrorCode", "Number 200",
                            "ErrorMessage", "String never é-1"));
            assertThat(List.of(record, letter)).allSatisfy(message -> assertThat(message.attributes())
                    .hasEntrySatisfying(MessageSystemAttributeName.AWS_TRACE_HEADER, header -> assertThat(header)
                            .startsWith(TRACE)));
        }
    }

    private static Map<String, String> attributes(Message message) {
        return message.messageAttributes().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        attribute -> attribute.getValue().dataType() + " "
                                + attribute.getValue().stringValue()));
    }

    @Test
    void aServiceThatIsAwayDelaysNoOtherAndHearsOfAllOnceItIsThere() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var folder = TestServer.temporaryFolder();
        try (var server = start(folder, "--endpoint", "sqs=http://127.0.0.1:" + port);
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "away", ECHO);
            onSuccess(lambda, "away", ElasticMq.arn("heard"));
            create(lambda, "memory", MEMORY);
            // It is told again what it has no environment for yet.
            lambda.putFunctionConcurrency(r -> r.functionName("memory").reservedConcurrentExecutions(1));
            create(lambda, "near", ECHO);
            onSuccess(
                    lambda,
                    "near",
                    lambda.getFunctionConfiguration(f -> f.functionName("memory"))
                            .functionArn());
            var away = new TreeSet<String>();
            var near = new TreeSet<String>();

            for (int i = 0; i < 20; i++) {
                away.add(invokeLater(lambda, "away", "away-" + i));
                invokeLater(lambda, "near", "near-" + i);
                near.add("near-" + i);
            }

            Await.until(
                    () -> "All of " + near + " in " + FunctionLogs.words(folder, "memory", "SEEN"),
                    () -> FunctionLogs.words(folder, "memory", "SEEN").containsAll(near));
            Await.until("SQS is known to be away", () -> server.output().contains("heard could not be delivered"));
            assertThat(server.output()).doesNotContain("takes what it is told again");
            Set<String> heard = new HashSet<>();
            try (var queues = ElasticMq.start(port)) {
                queues.create("heard");
                Await.until(() -> "Not all of " + away + " in " + heard, () -> {
                    queues.take("heard").forEach(message -> away.stream()
                            .filter(message.body()::contains)
                            .forEach(heard::add));
                    return heard.equals(away);
                });
            }
            assertThat(server.output()).contains("heard takes what it is told again");
        }
    }

    @Test
    void topicsBusesAndBucketsHear() throws Exception {
        try (var moto = Moto.start();
                var sqs = Clients.of(SqsClient.builder(), moto.url());
                var sns = Clients.of(SnsClient.builder(), moto.url());
                var buses = Clients.of(EventBridgeClient.builder(), moto.url());
                var s3 = Clients.of(S3Client.builder().forcePathStyle(true), moto.url());
                var server = HearthProcess.start(
                        TestServer.temporaryFolder(),
                        Map.of("AWS_ENDPOINT_URL", moto.url().toString(), "AWS_REGION", "eu-west-1"),
                        "--retry-base",
                        "100ms");
                var lambda = Clients.lambda(server.endpoint())) {
            var topic = sns.createTopic(r -> r.name("dead")).topicArn();
            var letters = queue(sqs, "letters");
            sns.subscribe(r -> r.topicArn(topic).protocol("sqs").endpoint(arn(sqs, letters)));
            var bus = buses.createEventBus(r -> r.name("succeeded")).eventBusArn();
            var successes = queue(sqs, "successes");
            buses.putRule(r -> r.name("all").eventBusName("succeeded").eventPattern("{\"source\":[\"lambda\"]}"));
            var all = Target.builder().id("queue").arn(arn(sqs, successes)).build();
            buses.putTargets(r -> r.rule("all").eventBusName("succeeded").targets(List.of(all)));
            s3.createBucket(r -> r.bucket("failed")
                    .createBucketConfiguration(c -> c.locationConstraint(BucketLocationConstraint.EU_WEST_1)));
            create(lambda, "echo", ECHO);
            onSuccess(lambda, "echo", bus);
            create(lambda, "failing", FAILING);
            deadLetters(lambda, "failing", topic);
            lambda.putFunctionEventInvokeConfig(r -> r.functionName("failing")
                    .maximumRetryAttempts(0)
                    .destinationConfig(c -> c.onFailure(f -> f.destination("arn:aws:s3:::failed"))));

            var succeeded = invokeLater(lambda, "echo", "e-1");
            var failed = invokeLater(lambda, "failing", "e-2");

            assertThat(take(sqs, successes))
                    .contains(
                            "\"detail-type\": \"Lambda Function Invocation Result - Success\"",
                            "\"source\": \"lambda\"",
                            succeeded,
                            "function:echo:$LATEST");
            // A topic wraps what it hands on.
            assertThat(take(sqs, letters))
                    .contains("{\\\"id\\\":\\\"e-2\\\"}", "\"RequestID\"", failed, "\"ErrorCode\"", "never e-2");
            Await.until("The failure is in its bucket", () -> s3.listObjectsV2(r -> r.bucket("failed"))
                    .hasContents());
            var key = s3.listObjectsV2(r -> r.bucket("failed"))
                    .contents()
                    .getFirst()
                    .key();
            assertThat(key)
                    .matches(
                            "aws/lambda/async/failing/\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-"
                                    + failed);
            assertThat(s3.getObjectAsBytes(r -> r.bucket("failed").key(key)).asUtf8String())
                    .contains("\"condition\":\"RetriesExhausted\"", "\"requestId\":\"" + failed + "\"");
        }
    }

    private static String queue(SqsClient sqs, String name) {
        return sqs.createQueue(r -> r.queueName(name)).queueUrl();
    }

    private static String arn(SqsClient sqs, String queue) {
        var attributes = sqs.getQueueAttributes(r -> r.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes();
        return Objects.requireNonNull(attributes.get(QueueAttributeName.QUEUE_ARN));
    }

    /// The body of the one message that comes.
    private static String take(SqsClient sqs, String queue) {
        var found = new TreeSet<String>();
        Await.until("A message in " + queue, () -> {
            sqs.receiveMessage(r -> r.queueUrl(queue)).messages().forEach(message -> found.add(message.body()));
            return !found.isEmpty();
        });
        assertThat(found).hasSize(1);
        return found.first();
    }

    private static void onSuccess(LambdaClient lambda, String function, String arn) {
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName(function).destinationConfig(c -> c.onSuccess(s -> s.destination(arn))));
    }

    private static void deadLetters(LambdaClient lambda, String function, String arn) {
        lambda.updateFunctionConfiguration(r -> r.functionName(function).deadLetterConfig(c -> c.targetArn(arn)));
        lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));
    }

    /// @return the request id
    private static String invokeLater(LambdaClient lambda, String function, String id) {
        return lambda.invoke(r -> r.functionName(function)
                        .invocationType(InvocationType.EVENT)
                        .overrideConfiguration(o -> o.putHeader("X-Amzn-Trace-Id", TRACE + ";Sampled=1"))
                        .payload(SdkBytes.fromUtf8String("{\"id\":\"" + id + "\"}")))
                .responseMetadata()
                .requestId();
    }

    private static void create(LambdaClient lambda, String name, SdkBytes zip) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(20)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static HearthProcess start(String... options) {
        return start(TestServer.temporaryFolder(), options);
    }

    private static HearthProcess start(Path data, String... options) {
        var all = new ArrayList<>(List.of("--retry-base", "100ms"));
        all.addAll(List.of(options));
        return HearthProcess.start(data, all.toArray(String[]::new));
    }
}
