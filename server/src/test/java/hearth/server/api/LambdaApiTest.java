package hearth.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.Store;
import hearth.invoke.frontend.DispatchOutcome.Answered;
import hearth.invoke.frontend.DispatchOutcome.FunctionError;
import hearth.invoke.frontend.DispatchOutcome.Streamed;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.memory.MemoryBudget;
import hearth.server.auth.TrustingAuthenticator;
import hearth.server.download.CodeDownloads;
import hearth.server.download.CodeUrls;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.NoLeaks;
import hearth.server.http.RawClient;
import hearth.server.invoke.AnswerHead;
import hearth.server.invoke.InvokeRequest;
import hearth.server.invoke.InvokeResponder;
import hearth.server.records.Records;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

@ExtendWith(NoLeaks.class)
class LambdaApiTest {
    private static final String INVOKE = "/2015-03-31/functions/hello/invocations";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ControlSwitch control =
            new ControlSwitch(Optional.of((caller, _, operation, request, _) -> switch (operation) {
                case GET_FUNCTION ->
                    new ApiResponse(
                            200,
                            Map.of("X-Account", caller.account().value()),
                            ("{\"asked\":\"" + request.pathParameters().get("FunctionName") + "\"}")
                                    .getBytes(StandardCharsets.UTF_8),
                            ApiResponse.JSON);
                case LIST_FUNCTIONS -> throw new ApiException(ApiError.RESOURCE_CONFLICT, "in conflict");
                case LIST_TAGS -> throw new OutOfMemoryError("A test asked for it");
                case DELETE_FUNCTION -> new ApiResponse(204, Map.of(), new byte[0], null);
                default -> throw new IllegalStateException("A fault that a test asked for");
            }));
    private Optional<String> obstacle = Optional.empty();
    private boolean storeIsAway;
    private final Store store;
    private HttpListener listener;
    private RawClient client;

    LambdaApiTest(@TempDir Path data) throws IOException {
        store = Store.open(data);
        var api = new LambdaApi(
                Optional.empty(),
                new TrustingAuthenticator(new AccountId("000000000000"), _ -> Optional.empty(), InstantSource.system()),
                LambdaApiTest::invoke,
                control,
                new Health("1.2.3", control::isRunning, () -> obstacle, "a", () -> storeIsAway),
                new CodeDownloads(
                        new CodeUrls(List.of(new byte[32]), InstantSource.system()),
                        store.blobs(),
                        threads,
                        InstantSource.system()),
                Bytes.mebibytes(50),
                Records.NONE,
                Optional.empty(),
                _ -> {},
                threads);
        listener = new HttpListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops,
                api,
                HttpLimits.defaults(),
                new RequestIds(new SplittableRandom(1)),
                threads,
                MemoryBudget.unlimited(),
                MemoryBudget.unlimited(),
                InstantSource.system());
        client = new RawClient(listener.address());
    }

    /// Answers with what it was asked. Some functions do more: `missing` is not there, `broken` fails, `dry` has
    /// nothing to say, and `streaming` answers in pieces.
    private static void invoke(InvokeRequest request, InvokeResponder responder) {
        var parts = request.parts();
        var function = String.valueOf(parts.pathParameters().get("FunctionName"));
        var payload = String.join(
                " ",
                request.caller().account().value(),
                request.caller().region().value(),
                function,
                String.valueOf(parts.query().first("Qualifier")),
                String.valueOf(parts.headers().first("X-Amz-Invocation-Type")),
                new String(parts.body().toByteArray(), StandardCharsets.UTF_8));
        var head = new AnswerHead("$LATEST", "Root=1");
        switch (function) {
            case "missing" -> responder.refuse(new ApiException(ApiError.RESOURCE_NOT_FOUND, "Function not found"));
            case "dry" -> responder.noContent();
            case "broken" ->
                responder.answer(head, new FunctionError(bytes("{\"errorType\":\"E\"}"), "Unhandled", bytes("log")));
            case "streaming", "breaking" -> {
                var stream = responder.begin(head);
                stream.write(bytes("one"), () -> {
                    stream.write(bytes("two"), () -> {
                        if (function.equals("breaking")) {
                            responder.refuse(new ApiException(ApiError.SERVICE, "gone"));
                        } else {
                            responder.answer(head, new Streamed(bytes("log")));
                        }
                    });
                });
            }
            default -> responder.answer(head, new Answered(bytes(payload), "text/plain", bytes("log")));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> stream(String function, String body) {
        client.send("POST /2021-11-15/functions/" + function + "/response-streaming-invocations HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        var answer = client.read();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/vnd.amazon.eventstream");
        assertThat(answer.header("X-Amz-Executed-Version")).isEqualTo("$LATEST");
        assertThat(answer.header("X-Amz-Function-Error")).isEmpty();
        var messages = new ArrayList<String>();
        var decoder = new MessageDecoder(message -> {
            assertThat(header(message, ":message-type")).isEqualTo("event");
            messages.add(header(message, ":event-type") + " " + header(message, ":content-type") + " "
                    + new String(message.getPayload(), StandardCharsets.UTF_8));
        });
        decoder.feed(answer.body());
        return messages;
    }

    private static String header(Message message, String name) {
        return Objects.requireNonNull(message.getHeaders().get(name), name).getString();
    }

    @Test
    void answersAnInvocationAsAnEventStream() {
        assertThat(stream("hello", "{}"))
                .containsExactly(
                        "PayloadChunk application/octet-stream 000000000000 us-east-1 hello null null {}",
                        "InvokeComplete application/json {\"LogResult\":\"bG9n\"}");
    }

    @Test
    void streamsAnAnswerPieceByPiece() {
        assertThat(stream("streaming", "{}"))
                .containsExactly(
                        "PayloadChunk application/octet-stream one",
                        "PayloadChunk application/octet-stream two",
                        "InvokeComplete application/json {\"LogResult\":\"bG9n\"}");
    }

    @Test
    void tellsOfAFailureBehindTheStream() {
        assertThat(stream("broken", "{}"))
                .containsExactly("InvokeComplete application/json {\"ErrorCode\":\"Unhandled\","
                        + "\"ErrorDetails\":\"{\\\"errorType\\\":\\\"E\\\"}\",\"LogResult\":\"bG9n\"}");
    }

    @Test
    void endsAStreamThatWasBegunWithTheRefusal() {
        assertThat(stream("breaking", "{}"))
                .containsExactly(
                        "PayloadChunk application/octet-stream one",
                        "PayloadChunk application/octet-stream two",
                        "InvokeComplete application/json {\"ErrorCode\":\"ServiceException\",\"ErrorDetails\":\"gone\"}");
    }

    @Test
    void answersADryRunWithNothing() {
        for (var path : List.of(
                "2015-03-31/functions/dry/invocations", "2021-11-15/functions/dry/response-streaming-invocations")) {
            var answer = send("POST", "/" + path, "", "{}");

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.header("Content-Type")).isEmpty();
        }
    }

    @Test
    void answersAFunctionsErrorAsASuccess() {
        var answer = send("POST", "/2015-03-31/functions/broken/invocations", "", "{}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("X-Amz-Function-Error")).isEqualTo("Unhandled");
        assertThat(answer.header("X-Amz-Log-Result")).isEqualTo("bG9n");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text()).isEqualTo("{\"errorType\":\"E\"}");
    }

    @Test
    void splitsALongAnswerIntoMessages() {
        var messages = stream("hello", "x".repeat(200_000));

        assertThat(messages).hasSize(5);
        assertThat(messages.stream().limit(4).mapToInt(String::length).sum()).isGreaterThan(200_000);
    }

    @Test
    void refusesAStreamLikeAnyInvocation() {
        client.send("POST /2021-11-15/functions/missing/response-streaming-invocations HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 0\r\n\r\n");
        var answer = client.read();

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("ResourceNotFoundException");
    }

    @BeforeEach
    void isListening() {
        assertThat(listener.address().getPort()).isPositive();
    }

    @AfterEach
    void close() {
        client.close();
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
        store.close();
    }

    private RawClient.Answer send(String method, String target, String headers, String body) {
        return client.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .read();
    }

    @Test
    void handsInvocationsToTheFrontend() {
        var answer = send(
                "POST",
                "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Ahello/invocations?Qualifier=%24LATEST",
                "Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/lambda/aws4_request\r\n"
                        + "X-Amz-Invocation-Type: DryRun\r\n",
                "{\"a\":1}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo("123456789012 eu-west-1 arn:aws:lambda:eu-west-1:1:function:hello $LATEST DryRun {\"a\":1}");
        assertThat(answer.header("X-Amz-Executed-Version")).isEqualTo("$LATEST");
        assertThat(answer.header("X-Amz-Log-Result")).isEqualTo("bG9n");
        assertThat(answer.header("X-Amz-Function-Error")).isEmpty();
        assertThat(answer.header("x-amzn-RequestId"))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    @Test
    void answersRefusalsAsAwsDoes() {
        var answer = send("POST", "/2015-03-31/functions/missing/invocations", "", "{}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("ResourceNotFoundException");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text()).isEqualTo("{\"Type\":\"User\",\"Message\":\"Function not found\"}");
    }

    @Test
    void handsAllElseToTheControlPlane() {
        var found = send("GET", "/2015-03-31/functions/hello", "", "");
        assertThat(found.text()).isEqualTo("{\"asked\":\"hello\"}");
        assertThat(found.header("X-Account")).isEqualTo("000000000000");

        assertThat(send("GET", "/2015-03-31/functions", "", "").text())
                .isEqualTo("{\"Type\":\"User\",\"message\":\"in conflict\"}");
        assertThat(send("DELETE", "/2015-03-31/functions/hello", "", "").status())
                .isEqualTo(204);
    }

    @Test
    void answersAPipelineOfInvocationsAndOtherOperationsInItsOrder() {
        var requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            var body = Integer.toString(i);
            requests.append(
                    switch (i % 3) {
                        case 0 ->
                            "POST " + INVOKE + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body;
                        case 1 -> "GET /2015-03-31/functions/f" + i + " HTTP/1.1\r\nHost: a\r\n\r\n";
                        default -> "GET /2015-03-31/functions HTTP/1.1\r\nHost: a\r\n\r\n";
                    });
        }
        client.send(requests.toString());

        for (int i = 0; i < 200; i++) {
            var expected =
                    switch (i % 3) {
                        case 0 -> " null " + i;
                        case 1 -> "{\"asked\":\"f" + i + "\"}";
                        default -> "\"in conflict\"}";
                    };
            assertThat(client.read().text()).endsWith(expected);
        }
    }

    @Test
    void answersAFaultOfOursWithoutTellingWhatItWas() {
        var answer = send("GET", "/2016-08-19/account-settings", "", "");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text())
                .isEqualTo(
                        "{\"Type\":\"Service\",\"Message\":\"An error occurred and the request cannot be processed.\"}");
    }

    @Test
    void answersThoughMemoryRanOut() {
        assertThat(send("GET", "/2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:f", "", "")
                        .status())
                .isEqualTo(500);
    }

    @Test
    void goesOnInvokingWhileTheControlPlaneIsStopped() {
        control.stop();

        var refused = send("GET", "/2015-03-31/functions/hello", "", "");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("x-amzn-ErrorType")).isEqualTo("ServiceUnavailableException");
        assertThat(refused.text()).contains("GetFunction is not available: the control plane");
        assertThat(send("POST", INVOKE, "", "{}").status()).isEqualTo(200);
        assertThat(send("GET", "/_hearth/health", "", "").text())
                .isEqualTo("{\"status\":\"ok\",\"version\":\"1.2.3\",\"controlPlane\":\"stopped\"}\n");
    }

    @Test
    void isReadyForItsOwnZoneAndWhileTheStoreIsAway() {
        assertThat(send("GET", "/_hearth/ready", "", "").status()).isEqualTo(200);
        assertThat(send("GET", "/_hearth/ready?zone=a", "", "").status()).isEqualTo(200);
        var other = send("GET", "/_hearth/ready?zone=b", "", "");
        assertThat(other.status()).isEqualTo(503);
        assertThat(other.text())
                .isEqualTo("{\"status\":\"not ready\",\"reason\":\"this process is in zone a\",\"zone\":\"a\"}\n");

        storeIsAway = true;
        var away = send("GET", "/_hearth/ready", "", "");
        assertThat(away.status()).isEqualTo(200);
        assertThat(away.text()).isEqualTo("{\"status\":\"ready\",\"zone\":\"a\",\"store\":\"away\"}\n");

        obstacle = Optional.of("the host is being \"drained\"");
        assertThat(send("GET", "/_hearth/ready?zone=a", "", "").text())
                .contains("\"reason\":\"the host is being \\\"drained\\\"\"");
    }

    @Test
    void refusesPathsAndMethodsThatTheApiHasNot() {
        var path = send("GET", "/2015-03-31/nothing", "", "");
        assertThat(path.status()).isEqualTo(404);
        assertThat(path.header("x-amzn-ErrorType")).isEqualTo("UnknownOperationException");

        var method = send("PATCH", "/2015-03-31/functions", "", "");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.text()).contains("POST", "GET");
    }

    @Test
    void refusesBodiesThatAreTooLargeInAwssWords() {
        client.send("POST " + INVOKE + " HTTP/1.1\r\nHost: a\r\nContent-Length: 6291457\r\n\r\n");
        var invoke = client.read();
        assertThat(invoke.status()).isEqualTo(413);
        assertThat(invoke.header("x-amzn-ErrorType")).isEqualTo("RequestEntityTooLargeException");
        assertThat(invoke.text())
                .isEqualTo(
                        "{\"Message\":\"Request must be smaller than 6291456 bytes for the InvokeFunction operation\"}");

        try (var other = new RawClient(listener.address())) {
            other.send("POST /2015-03-31/functions HTTP/1.1\r\nHost: a\r\nContent-Length: 70167211\r\n\r\n");
            assertThat(other.read().text())
                    .isEqualTo("{\"Message\":\"Request must be smaller than 70167211 bytes for the "
                            + ApiOperation.CREATE_FUNCTION.wireName() + " operation\"}");
        }
    }

    @Test
    void takesAnInvocationOfExactlySixMebibytes() {
        var body = "\"" + "x".repeat((6 << 20) - 2) + "\"";

        assertThat(send("POST", INVOKE, "", body).body()).hasSizeGreaterThan(6 << 20);
    }

    @Test
    void takesLargeBodiesOutOfTheirFraming() {
        var framed = "100000;chunk-signature=x\r\n" + "x".repeat(1 << 20) + "\r\n0;chunk-signature=x\r\n\r\n";

        var answer = send("POST", INVOKE, "Content-Encoding: aws-chunked\r\n", framed);

        assertThat(answer.text()).endsWith(" " + "x".repeat(1 << 20));
    }
}
