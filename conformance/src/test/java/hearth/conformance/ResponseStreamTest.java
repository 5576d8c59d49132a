package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Yardstick;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamCompleteEvent;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResponseStreamingInvocationType;

/// `InvokeWithResponseStream`, with functions that stream and with others.
class ResponseStreamTest {
    private static final String STREAMING = """
            const { pipeline } = require('stream/promises');
            const { Readable } = require('stream');

            const kinds = {
              async pieces(event, stream) {
                for (const piece of event.pieces) stream.write(piece);
                stream.end();
              },
              // Ends only once the invocation is over.
              async stuck(_event, stream) {
                stream.write('first');
                await new Promise(() => setInterval(() => {}, 1000));
              },
              async throws(event, stream) {
                if (event.first) stream.write(event.first);
                throw new TypeError('oh');
              },
              async fails(_event, stream) {
                stream.write('first');
                const error = new Error('oh');
                error.name = 'Function.Late';
                throw error;
              },
              async large(event, stream) {
                await pipeline(Readable.from(function* () {
                  for (let i = 0; i < event.megabytes; i++) yield Buffer.alloc(1 << 20, 97 + (i % 26));
                }()), stream);
              },
              async http(_event, stream) {
                const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
                answer.write('body');
                answer.end();
              },
              async destroys(_event, stream) {
                stream.write('first');
                stream.destroy();
              },
              async never() {
                await new Promise(() => {});
              },
              async value(_event, stream) {
                stream.write({ an: 'object' });
                stream.end('!');
                return 'ignored';
              },
              async exits(_event, stream) {
                stream.write('first', () => process.exit(3));
                await new Promise(() => setInterval(() => {}, 1000));
              },
              plain(_event, stream) {
                stream.end('plain');
              },
            };
            exports.handler = awslambda.streamifyResponse((event, stream) => kinds[event.kind](event, stream));
            exports.odd = async () => 1;
            exports.odd[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';
            """;

    private static final LambdaAsyncClient CLIENT = Clients.asyncLambda(TestServer.endpoint());

    private static final class Shared {
        static final String STREAMS = node("index.handler", 5);
    }

    /// One invocation as its caller sees it.
    private static final class Stream {
        final BlockingQueue<String> chunks = new LinkedBlockingQueue<>();
        final StringBuilder text = new StringBuilder();
        volatile InvokeWithResponseStreamResponse head =
                InvokeWithResponseStreamResponse.builder().build();
        volatile InvokeWithResponseStreamCompleteEvent end =
                InvokeWithResponseStreamCompleteEvent.builder().build();
        CompletableFuture<Void> over = CompletableFuture.completedFuture(null);

        String nextChunk() throws InterruptedException {
            return String.valueOf(chunks.poll(2, TimeUnit.MINUTES));
        }

        Stream await() throws Exception {
            over.get(3, TimeUnit.MINUTES);
            return this;
        }
    }

    private static String node(String handler, int timeoutSeconds) {
        InstalledRuntimes.assume("nodejs20.x");
        return TestServer.create("nodejs20.x", handler, Zips.of("index.js", STREAMING), timeoutSeconds);
    }

    private static Stream begin(Consumer<InvokeWithResponseStreamRequest.Builder> request) {
        var stream = new Stream();
        stream.over = CLIENT.invokeWithResponseStream(
                request,
                InvokeWithResponseStreamResponseHandler.builder()
                        .onResponse(head -> stream.head = head)
                        .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
                                .onPayloadChunk(chunk -> {
                                    var text = chunk.payload().asUtf8String();
                                    stream.text.append(text);
                                    stream.chunks.add(text);
                                })
                                .onInvokeComplete(end -> stream.end = end)
                                .build())
                        .build());
        return stream;
    }

    private static Stream begin(String function, String event) {
        return begin(r -> r.functionName(function).payload(SdkBytes.fromUtf8String(event)));
    }

    private static Stream streamed(String event) throws Exception {
        return begin(Shared.STREAMS, event).await();
    }

    @Test
    void passesOnWhatAFunctionWrites() throws Exception {
        var stream = streamed("{\"kind\":\"pieces\",\"pieces\":[\"one \",\"two \",\"drei ✓\"]}");

        assertThat(stream.text).hasToString("one two drei ✓");
        assertThat(stream.head.statusCode()).isEqualTo(200);
        assertThat(stream.head.executedVersion()).isEqualTo("$LATEST");
        assertThat(stream.end.errorCode()).isNull();
        assertThat(stream.end.errorDetails()).isNull();
        assertThat(stream.end.logResult()).isNull();
    }

    @Test
    void passesOnWhatIsWrittenWhileTheFunctionGoesOn() throws Exception {
        int timeout = Yardstick.seconds(2);
        var stream = begin(node("index.handler", timeout), "{\"kind\":\"stuck\"}");

        assertThat(stream.nextChunk()).isEqualTo("first");
        assertThat(stream.over).isNotDone();

        stream.await();
        assertThat(stream.end.errorCode()).isEqualTo("Unhandled");
        assertThat(stream.end.errorDetails())
                .contains("Sandbox.Timedout", "Task timed out after " + timeout + ".00 seconds");
    }

    @Test
    void runsAFunctionAgainAfterEachOfItsStreams() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(streamed("{\"kind\":\"pieces\",\"pieces\":[\"a\",\"" + i + "\"]}").text)
                    .hasToString("a" + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"'{\"kind\":\"throws\"}',''", "'{\"kind\":\"throws\",\"first\":\"first\"}',first"})
    void tellsOfWhatAFunctionThrew(String event, String before) throws Exception {
        var stream = streamed(event);

        assertThat(stream.text).hasToString(before);
        assertThat(stream.end.errorCode()).isEqualTo("Unhandled");
        assertThat(stream.end.errorDetails())
                .startsWith("{\"errorType\":\"TypeError\",\"errorMessage\":\"oh\",\"trace\":[");
    }

    @Test
    void tellsTheTypeOfAFailureThatTheFunctionNames() throws Exception {
        var stream = streamed("{\"kind\":\"fails\"}");

        assertThat(stream.text).hasToString("first");
        assertThat(stream.end.errorCode()).isEqualTo("Function.Late");
    }

    @Test
    void streamsMoreThanAnAnswerMayHave() throws Exception {
        var stream = streamed("{\"kind\":\"large\",\"megabytes\":7}");

        assertThat(stream.end.errorCode()).isNull();
        assertThat(stream.text).hasSize(7 << 20);
        assertThat(stream.text.charAt(0)).isEqualTo('a');
        assertThat(stream.text.charAt((7 << 20) - 1)).isEqualTo('g');
    }

    @Test
    void putsStatusAndHeadersBeforeTheBodyOfAFunctionUrl() throws Exception {
        assertThat(streamed("{\"kind\":\"http\"}").text)
                .hasToString("{\"statusCode\":201,\"headers\":{\"a\":\"b\"}}" + "\0".repeat(8) + "body");
    }

    @Test
    void takesAnObjectAsJson() throws Exception {
        assertThat(streamed("{\"kind\":\"value\"}").text).hasToString("{\"an\":\"object\"}!");
    }

    @ParameterizedTest
    @CsvSource({
        "destroys,first,The response stream was destroyed.",
        "never,'',unexpected Node.js exit code",
        "exits,first,Runtime.ExitError|Runtime.TruncatedResponse"
    })
    void tellsOfAStreamThatIsGivenUp(String kind, String before, String details) throws Exception {
        var stream = streamed("{\"kind\":\"" + kind + "\"}");

        assertThat(stream.text).hasToString(before);
        assertThat(stream.end.errorCode()).isIn("Unhandled", "Runtime.NodeJsExit");
        assertThat(stream.end.errorDetails()).containsPattern(details);
        assertThat(streamed("{\"kind\":\"pieces\",\"pieces\":[\"a\"]}").text).hasToString("a");
    }

    @Test
    void refusesAHandlerThatIsMarkedOtherwise() throws Exception {
        assertThat(begin(node("index.odd", 3), "{}").await().end.errorDetails())
                .contains("Runtime.MalformedStreamingHandler", "Only response streaming is supported.");
    }

    @Test
    void givesAWholeAnswerToInvoke() {
        var answer = TestServer.invoke(Shared.STREAMS, "{\"kind\":\"pieces\",\"pieces\":[\"[1\",\",2]\"]}");

        assertThat(answer.payload().asUtf8String()).isEqualTo("[1,2]");
        assertThat(answer.functionError()).isNull();
    }

    @Test
    void streamsTheAnswerOfAFunctionThatDoesNot() throws Exception {
        var function = TestServer.python(
                "def handler(event, context):\n    print(context.client_context.custom['word'])\n    return event\n");
        var client = Base64.getEncoder()
                .encodeToString("{\"custom\":{\"word\":\"hello\"}}".getBytes(StandardCharsets.UTF_8));

        var stream = begin(r -> r.functionName(function)
                        .logType(LogType.TAIL)
                        .clientContext(client)
                        .payload(SdkBytes.fromUtf8String("{\"a\":1}")))
                .await();

        assertThat(stream.text).hasToString("{\"a\": 1}");
        assertThat(new String(Base64.getDecoder().decode(stream.end.logResult()), StandardCharsets.UTF_8))
                .contains("hello\n", "END RequestId: ");
    }

    @Test
    void tellsOfTheFailureOfAFunctionThatDoesNotStream() throws Exception {
        var function = TestServer.python("def handler(event, context):\n    raise ValueError('oh')\n");

        var stream = begin(function, "{}").await();

        assertThat(stream.chunks).isEmpty();
        assertThat(stream.end.errorCode()).isEqualTo("Unhandled");
        assertThat(stream.end.errorDetails()).contains("\"errorType\": \"ValueError\"");
    }

    /// AWS tells runtimes to close the connection once they have written their response.
    @ParameterizedTest
    @CsvSource({"'{\"n\":1}',", "'{\"fail\":1}',Function.Late"})
    void streamsForARuntimeThatClosesTheConnectionBehindItsResponse(String event, String error) throws Exception {
        var bootstrap = """
                #!/usr/bin/bash
                host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:}
                while true; do
                  exec 3<>/dev/tcp/$host/$port
                  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3
                  length=0
                  while IFS= read -r -u 3 line; do
                    line=${line%$'\\r'}; [ -z "$line" ] && break
                    case "${line,,}" in
                      lambda-runtime-aws-request-id:*) id=${line#*: } ;;
                      content-length:*) length=${line#*: } ;;
                    esac
                  done
                  LC_ALL=C IFS= read -r -N "$length" -u 3 event; exec 3>&-
                  trailers=
                  case "$event" in
                    *fail*) trailers=$'Lambda-Runtime-Function-Error-Type: Function.Late\\r\\nLambda-Runtime-Function-Error-Body: e30=\\r\\n' ;;
                  esac
                  exec 3<>/dev/tcp/$host/$port
                  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n' "$id" >&3
                  printf '5\\r\\nhello\\r\\n' >&3
                  printf '6\\r\\n world\\r\\n0\\r\\n%s\\r\\n' "$trailers" >&3
                  exec 3>&-
                done
                """;
        var function = TestServer.create("provided.al2023", "any", Zips.executable("bootstrap", bootstrap), 60);

        for (int i = 0; i < 5; i++) {
            var stream = begin(function, event).await();

            assertThat(stream.text).hasToString("hello world");
            assertThat(stream.end.errorCode()).isEqualTo(error);
            assertThat(stream.end.errorDetails()).isEqualTo(error == null ? null : "{}");
        }
    }

    @Test
    void servesOnAfterCallersHaveHungUpInMidStream() throws Exception {
        var function = node("index.handler", 2);
        var target =
                TestServer.endpoint().resolve("/2021-11-15/functions/" + function + "/response-streaming-invocations");
        try (var client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 10; i++) {
                var answer = client.send(
                        request(target, "{\"kind\":\"large\",\"megabytes\":50}"),
                        HttpResponse.BodyHandlers.ofInputStream());
                assertThat(answer.statusCode()).isEqualTo(200);
                try (var body = answer.body()) {
                    assertThat(body.readNBytes(1000)).hasSize(1000);
                }
            }
        }

        for (int i = 0; i < 10; i++) {
            assertThat(begin(function, "{\"kind\":\"pieces\",\"pieces\":[\"a\"]}")
                            .await()
                            .text)
                    .hasToString("a");
        }
    }

    @Test
    void checksWithoutRunningInADryRun() throws Exception {
        var stream = begin(r -> r.functionName(Shared.STREAMS).invocationType(ResponseStreamingInvocationType.DRY_RUN))
                .await();

        assertThat(stream.head.statusCode()).isEqualTo(204);
    }

    @Test
    void refusesAsInvokeDoes() {
        assertThatThrownBy(() -> begin("nobody", "{}").await())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(LambdaException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(404);
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo(
                                    "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:nobody:$LATEST");
                });
        assertThatThrownBy(() -> begin(r -> r.functionName(Shared.STREAMS).invocationType("Event"))
                        .await())
                .cause()
                .hasMessageContaining("Value 'Event' at 'invocationType' failed to satisfy constraint");
    }

    /// `InvokeAsync` is checked like any invocation. The SDK for Java has dropped it.
    @ParameterizedTest
    @CsvSource({
        "nobody,{},404,Function not found",
        "STREAMS,no json,400,Could not parse request body into json",
        "STREAMS,{},202,''"
    })
    void checksAnOldAsynchronousInvocation(String name, String payload, int status, String message) throws Exception {
        var function = name.equals("STREAMS") ? Shared.STREAMS : name;
        var target = TestServer.endpoint().resolve("/2014-11-13/functions/" + function + "/invoke-async");
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request(target, payload), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).contains(message);
        }
    }

    /// Says by its credentials which region it is for.
    private static HttpRequest request(URI target, String payload) {
        return HttpRequest.newBuilder(target)
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request, SignedHeaders=host,"
                                + " Signature=0")
                .POST(HttpRequest.BodyPublishers.ofString(payload))
                .build();
    }
}
