package hearth.events.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hearth.cluster.DeliveryRecord;
import hearth.events.DeliveryException;
import hearth.events.Target;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.endpoints.ServiceEndpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// AWS's clients against a server that notes what they say.
class AwsDestinationsTest {
    private static final FunctionId MAIL =
            new FunctionId(new AccountId("123456789012"), new Region("eu-west-1"), "mail");

    private static final String TRACE = "Root=1-67a00000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0"
            + ";Lineage=a87bd80c:1|68fd508a:5";

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private Function<Request, Answer> service = _ -> new Answer(200, "{}");
    private HttpServer server;
    private AwsDestinations destinations;

    private record Request(String method, String path, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private record Answer(int status, String body) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        destinations = destinations("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static AwsDestinations destinations(String url) {
        return new AwsDestinations(
                ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL", url)),
                Map.of("AWS_REGION", "eu-north-1", "AWS_ACCESS_KEY_ID", "key", "AWS_SECRET_ACCESS_KEY", "secret"));
    }

    @AfterEach
    void stop() {
        destinations.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            requests.add(request);
            var answer = service.apply(request);
            var body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Test
    void aQueueGetsTheRecordWithTheTraceHeader() throws Exception {
        service = this::queue;

        destinations.send(
                new Target.Queue("eu-west-1", "123456789012", "heard"), delivery(DeliveryRecord.Kind.SUCCESS, null));

        assertThat(requests.get(0).header("X-Amz-Target")).endsWith("GetQueueUrl");
        assertThat(requests.get(0).body()).contains("\"QueueName\":\"heard\"", "\"123456789012\"");
        var sent = requests.get(1);
        assertThat(sent.header("X-Amz-Target")).endsWith("SendMessage");
        assertThat(sent.header("Authorization")).contains("key/", "/eu-west-1/sqs/");
        assertThat(sent.body())
                .contains("\"MessageBody\":\"{\\\"é\\\":1}\"", "\"AWSTraceHeader\"", TRACE)
                .doesNotContain("ErrorCode");
    }

    @Test
    void aDeadLetterSaysWhatWentWrong() throws Exception {
        service = this::queue;

        destinations.send(
                new Target.Queue("eu-west-1", "123456789012", "dead"),
                delivery(DeliveryRecord.Kind.DEAD_LETTER, new DeliveryRecord.DeadLetter("200", "no")));

        assertThat(requests.get(1).body())
                .contains(
                        "\"RequestID\":{\"StringValue\":\"r-1\",\"DataType\":\"String\"}",
                        "\"ErrorCode\":{\"StringValue\":\"200\",\"DataType\":\"Number\"}",
                        "\"ErrorMessage\":{\"StringValue\":\"no\",\"DataType\":\"String\"}");
    }

    private Answer queue(Request request) {
        return new Answer(
                200,
                request.header("X-Amz-Target").endsWith("GetQueueUrl")
                        ? "{\"QueueUrl\":\"http://127.0.0.1:"
                                + server.getAddress().getPort() + "/123456789012/heard\"}"
                        : "{\"MessageId\":\"m\"}");
    }

    /// A caller may have sent anything as one.
    @Test
    void leavesOutATraceHeaderThatIsNone() throws Exception {
        service = this::queue;
        var given = delivery(DeliveryRecord.Kind.SUCCESS, null);

        destinations.send(
                new Target.Queue("eu-west-1", "123456789012", "heard"),
                new DeliveryRecord(
                        1,
                        "",
                        MAIL,
                        "live",
                        "r-1",
                        "anything",
                        given.kind(),
                        given.body(),
                        Optional.empty(),
                        0,
                        0,
                        0,
                        Optional.empty()));

        assertThat(requests.get(1).body()).doesNotContain("AWSTraceHeader", "anything");
    }

    @Test
    void aTopicGetsTheRecord() throws Exception {
        service = _ -> new Answer(
                200, "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>");

        destinations.send(
                new Target.Topic("eu-west-1", "arn:aws:sns:eu-west-1:123456789012:news"),
                delivery(DeliveryRecord.Kind.DEAD_LETTER, new DeliveryRecord.DeadLetter("200", "no")));

        assertThat(requests.getFirst().header("X-Amzn-Trace-Id")).isEqualTo(TRACE);
        assertThat(URLDecoder.decode(requests.getFirst().body(), StandardCharsets.UTF_8))
                .contains(
                        "Action=Publish",
                        "TopicArn=arn:aws:sns:eu-west-1:123456789012:news",
                        "Message={\"é\":1}",
                        "MessageAttributes.entry.1.Name=RequestID");
    }

    @Test
    void aBusGetsAnEventThatNamesTheFunction() throws Exception {
        service = _ -> new Answer(200, "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"e\"}]}");
        var bus = "arn:aws:events:eu-west-1:123456789012:event-bus/default";

        destinations.send(new Target.Bus("eu-west-1", bus), delivery(DeliveryRecord.Kind.FAILURE, null));

        assertThat(requests.getFirst().body())
                .contains(
                        "\"Source\":\"lambda\"",
                        "\"DetailType\":\"Lambda Function Invocation Result - Failure\"",
                        "\"Resources\":[\"" + bus + "\",\"" + MAIL.arn("live") + "\"]",
                        "\"EventBusName\":\"" + bus + "\"",
                        "\"TraceHeader\":\"" + TRACE + "\"",
                        "\"Detail\":\"{\\\"é\\\":1}\"");
    }

    @Test
    void aBusThatDoesNotTakeTheEventHasNotHeardOfIt() {
        service = _ -> new Answer(
                200,
                "{\"FailedEntryCount\":1,\"Entries\":[{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"away\"}]}");

        assertThatThrownBy(() -> destinations.send(
                        new Target.Bus("eu-west-1", "arn:aws:events:eu-west-1:123456789012:event-bus/default"),
                        delivery(DeliveryRecord.Kind.FAILURE, null)))
                .isInstanceOf(DeliveryException.class)
                .hasMessage("InternalFailure: away");
    }

    @Test
    void aBucketGetsAnObjectUnderTheSameKeyEachTime() throws Exception {
        service = _ -> new Answer(200, "");
        var delivery = delivery(DeliveryRecord.Kind.FAILURE, null);

        destinations.send(new Target.Bucket("failures"), delivery);
        destinations.send(new Target.Bucket("failures"), delivery);

        assertThat(requests).hasSize(2).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("PUT");
            assertThat(request.path()).isEqualTo("/failures/aws/lambda/async/mail/2023/01/01/2023-01-01T00.00.00-r-1");
            assertThat(request.header("Authorization")).contains("/eu-north-1/s3/");
            assertThat(request.header("X-Amzn-Trace-Id")).isEqualTo(TRACE);
            assertThat(request.body()).isEqualTo("{\"é\":1}");
        });
    }

    @Test
    void saysWhatAServiceSaidAndDoesNotTryAgainByItself() {
        service = _ -> new Answer(
                400, "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"There is no such queue.\"}");

        assertThatThrownBy(() -> destinations.send(
                        new Target.Queue("eu-west-1", "123456789012", "none"),
                        delivery(DeliveryRecord.Kind.SUCCESS, null)))
                .isInstanceOf(DeliveryException.class)
                .hasMessageContaining("There is no such queue.");
        assertThat(requests).hasSize(1);
    }

    @Test
    void saysHowToTellItWhereAServiceIs() {
        try (var untold = new AwsDestinations(ServiceEndpoints.NONE, Map.of())) {
            assertThatThrownBy(() -> untold.send(
                            new Target.Topic("eu-west-1", "arn:aws:sns:eu-west-1:123456789012:news"),
                            delivery(DeliveryRecord.Kind.SUCCESS, null)))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessage("Hearth was not told where SNS is: --endpoint sns=URL, AWS_ENDPOINT_URL_SNS or"
                            + " AWS_ENDPOINT_URL.");
        }
    }

    @Test
    void aServiceThatIsAwayIsAFailureLikeOthers() {
        server.stop(0);

        assertThatThrownBy(() ->
                        destinations.send(new Target.Bucket("failures"), delivery(DeliveryRecord.Kind.FAILURE, null)))
                .isInstanceOf(DeliveryException.class);
    }

    private static DeliveryRecord delivery(DeliveryRecord.Kind kind, DeliveryRecord.@Nullable DeadLetter letter) {
        return new DeliveryRecord(
                1,
                "",
                MAIL,
                "live",
                "r-1",
                TRACE,
                kind,
                "{\"é\":1}".getBytes(StandardCharsets.UTF_8),
                Optional.ofNullable(letter),
                1_672_531_200_000L,
                0,
                0,
                Optional.empty());
    }
}
