package hearth.server.urls;

import static hearth.server.urls.UrlServer.GREET;
import static hearth.server.urls.UrlServer.HOST;
import static hearth.server.urls.UrlServer.ID;
import static hearth.server.urls.UrlServer.answering;
import static hearth.server.urls.UrlServer.bytes;
import static hearth.server.urls.UrlServer.ending;
import static hearth.server.urls.UrlServer.open;
import static hearth.server.urls.UrlServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.FunctionEdit;
import hearth.control.urls.FunctionUrls;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Answered;
import hearth.invoke.frontend.DispatchOutcome.FunctionError;
import hearth.invoke.frontend.DispatchOutcome.Streamed;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.model.FunctionId;
import hearth.model.RecursionGuard;
import hearth.model.api.Cors;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.server.http.Await;
import hearth.server.http.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class FunctionUrlTest {
    private static final String FORBIDDEN =
            "{\"Message\":\"Forbidden. For troubleshooting Function URL authorization issues, see:"
                    + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html\"}";
    private static final String ZEROS = "\0".repeat(8);

    @TempDir
    private Path data;

    private UrlServer server;

    @BeforeEach
    void start() {
        server = new UrlServer(data);
        server.url(open());
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(server.memory.left()).isEqualTo(server.memoryAtRest);
    }

    /// AWS follows loops through Lambda, SQS, SNS and S3, and no others.
    @Test
    void countsTheRoundsOfALoopAndStopsNone() {
        server.url(open().authType("AWS_IAM"));
        var trace = "Root=1-2-3;Lineage=" + RecursionGuard.of(GREET).hash() + ":";

        var answers = List.of(
                server.get("/", AUTHORIZATION, "X-Amzn-Trace-Id: " + trace + 15),
                server.get("/", AUTHORIZATION, "X-Amzn-Trace-Id: " + trace + 16));

        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(server.invocations).extracting(Invocation::traceHeader).containsExactly(trace + 16, trace + 16);
    }

    /// Whoever may call without a name could have functions stopped that this one calls.
    @Test
    void believesNoRoundsOfWhoeverNeedNotSign() {
        var own = RecursionGuard.of(GREET).hash();

        server.get("/", "X-Amzn-Trace-Id: Root=1-2-3;Lineage=" + own + ":15|0123abcd:16;Self=4");

        assertThat(server.invoked().traceHeader()).isEqualTo("Root=1-2-3;Self=4;Lineage=" + own + ":1");
    }

    @Test
    void answersWhatTheFunctionAnswered() {
        server.function = answering(
                "{\"statusCode\":201,\"headers\":{\"X-One\":\"1\"},\"cookies\":[\"a=1\",\"b=2\"],\"body\":\"made\"}");

        var answer = server.get("/a/b?c=d");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text()).isEqualTo("made");
        assertThat(answer.head().lines().filter(line -> line.startsWith("Set-Cookie")))
                .containsExactly("Set-Cookie: a=1", "Set-Cookie: b=2");
        assertThat(answer.header("X-One")).isEqualTo("1");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Content-Length")).isEqualTo("4");
        assertThat(answer.header("Date")).isNotEmpty();
        assertThat(answer.header("Connection")).isEqualTo("keep-alive");
        var invocation = server.invoked();
        assertThat(answer.header("X-Amzn-Trace-Id"))
                .startsWith("Root=1-")
                .endsWith(";Lineage=" + RecursionGuard.of(GREET).hash() + ":1")
                .isEqualTo(invocation.traceHeader());
        assertThat(answer.header("x-amzn-RequestId")).isEqualTo(invocation.requestId());
        assertThat(invocation.invokedArn()).isEqualTo(GREET.arn());
        assertThat(invocation.clientContext()).isNull();
        assertThat(invocation.streams()).isFalse();
        assertThat(text(invocation.payload())).contains("\"rawPath\":\"/a/b\",\"rawQueryString\":\"c=d\"");
    }

    @Test
    void isReachedByAPathToo() {
        var answer = server.ask("GET /_hearth/urls/" + ID + "/a%20b?c HTTP/1.1\r\nHost: localhost:9000\r\n\r\n");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(server.invoked().payload()))
                .contains("\"rawPath\":\"/a%20b\"")
                .contains("\"domainName\":\"" + ID + ".lambda-url.eu-west-1.on.aws\"")
                .contains("\"host\":\"localhost:9000\"");
    }

    /// All paths have one origin, which is that of the API.
    @Test
    void givesPagesOfThePathAnOriginOfTheirOwn() {
        server.function =
                answering("{\"statusCode\":200,\"headers\":{\"content-security-policy\":\"default-src 'self'\"}}");

        var byPath = server.ask("GET /_hearth/urls/" + ID + "/ HTTP/1.1\r\nHost: localhost:9000\r\n\r\n");

        assertThat(byPath.header("Content-Security-Policy")).startsWith("default-src 'self', sandbox allow-");
        assertThat(byPath.header("Content-Security-Policy")).doesNotContain("allow-same-origin");
        assertThat(server.get("/").header("Content-Security-Policy")).isEqualTo("default-src 'self'");
    }

    @Test
    void leavesAllElseToTheApi() {
        assertThat(server.ask("GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(299);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000000000000000000000000000.lambda-url.eu-west-1.localhost",
                "ID.lambda-url.us-east-1.localhost",
                "x.lambda-url.localhost"
            })
    void knowsNoOtherUrl(String host) {
        var answer = server.ask("GET / HTTP/1.1\r\nHost: " + host.replace("ID", ID) + "\r\n\r\n");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).isEqualTo("{\"Message\":null}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
        assertThat(server.invocations).isEmpty();
    }

    /// DNS rebinding: the name of a page that leads here.
    @ParameterizedTest
    @CsvSource({
        "ID.lambda-url.eu-west-1.evil.example, 403",
        "ID.lambda-url.eu-west-1.fn.example, 200",
        "ID.lambda-url.eu-west-1.fn.example:443, 200"
    })
    void isCalledByNamesOfThisServerAlone(String host, int status) {
        assertThat(server.ask("GET / HTTP/1.1\r\nHost: " + host.replace("ID", ID) + "\r\n\r\n")
                        .status())
                .isEqualTo(status);
        assertThat(server.ask("GET /_hearth/urls/" + ID + "/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void isOpenToPagesOfElsewhereWhereNobodyMustSign() {
        assertThat(server.get("/", "Origin: https://app.example").status()).isEqualTo(200);
    }

    @Test
    void ofAnAliasRunsItsVersion() {
        var id = "a".repeat(32);
        server.url("live", id, open());

        assertThat(server.ask("GET /_hearth/urls/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(server.invoked().invokedArn()).isEqualTo(GREET.arn("live"));

        server.edit(edit -> edit.deleteAlias("live"));

        var answer = server.ask("GET /_hearth/urls/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).isEqualTo(FORBIDDEN);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
        assertThat(server.get("/").status()).isEqualTo(200);
    }

    @Test
    void followsEachChangeAtOnce() {
        assertThat(server.get("/").status()).isEqualTo(200);

        server.url(open().authType("AWS_IAM"));
        assertThat(server.get("/").status()).isEqualTo(403);

        server.url(open());
        assertThat(server.get("/").status()).isEqualTo(200);

        server.edit(edit -> edit.remove(FunctionUrls.URL, FunctionId.LATEST));
        assertThat(server.get("/").text()).isEqualTo(FORBIDDEN);

        server.url(FunctionId.LATEST, "b".repeat(32), open());
        assertThat(server.get("/").text()).isEqualTo(FORBIDDEN);
        assertThat(server.ask("GET /_hearth/urls/" + "b".repeat(32) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(200);

        server.edit(FunctionEdit::delete);
        assertThat(server.ask("GET /_hearth/urls/" + "b".repeat(32) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .text())
                .isEqualTo(FORBIDDEN);
    }

    @Test
    void isKnownAfterARestart() {
        server.close();
        server = new UrlServer(data);

        assertThat(server.get("/").status()).isEqualTo(200);
    }

    @Test
    void isClosedToWhomThePolicyDoesNotLetIn() {
        server.access = (url, caller, peer, listener) -> listener.accept(
                url.signed() || caller.isPresent() || !peer.equals("127.0.0.1")
                        ? UrlAccess.Verdict.ALLOWED
                        : UrlAccess.Verdict.REFUSED);

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).isEqualTo(FORBIDDEN);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void isNotThereWhileNobodyKnowsWhoMayComeIn() {
        server.access = (_, _, _, listener) -> listener.accept(UrlAccess.Verdict.UNKNOWN);

        assertThat(server.get("/").status()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void takesEveryMethodThatAwsDoes(String method) {
        assertThat(server.ask(request(method, "/", "")).status()).isEqualTo(200);
        assertThat(text(server.invoked().payload())).contains("\"method\":\"" + method + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND", "QUERY"})
    void refusesOtherMethods(String method) {
        assertThat(server.ask(request(method, "/", "")).status()).isEqualTo(405);
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void runsTheFunctionForAHeadButSendsNoBody() {
        server.function = answering("{\"statusCode\":200,\"body\":\"hello\"}");
        try (var client = server.connect()) {
            var answer = client.send(request("HEAD", "/", "") + request("GET", "/", ""))
                    .readWithoutBody();

            assertThat(answer.header("Content-Length")).isEqualTo("5");
            assertThat(client.read().text()).isEqualTo("hello");
        }
        assertThat(text(server.invoked().payload())).contains("\"method\":\"HEAD\"");
    }

    @Test
    void servesOneRequestAfterTheOtherOnAConnection() {
        try (var client = server.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request("POST", "/" + i, "body", "Content-Type: text/plain"))
                                .read()
                                .status())
                        .isEqualTo(200);
                assertThat(text(server.invoked().payload()))
                        .contains("\"rawPath\":\"/" + i + "\"")
                        .contains("\"body\":\"body\"");
            }
        }
    }

    @Test
    void answersAnUpgradeAsAnyOtherRequest() {
        var answer = server.get(
                "/",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Upgrade")).isEmpty();
        assertThat(text(server.invoked().payload()))
                .doesNotContain("\"upgrade\"")
                .doesNotContain("\"connection\"");
    }

    @Test
    void neverSwitchesProtocolsThoughTheFunctionSaysSo() {
        server.function = answering("{\"statusCode\":101,\"headers\":{\"Upgrade\":\"websocket\"}}");

        assertThat(server.get("/", "Connection: Upgrade", "Upgrade: websocket").status())
                .isEqualTo(502);
    }

    @Test
    void takesABodyInChunks() {
        server.ask("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
                + "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        assertThat(text(server.invoked().payload()))
                .contains("\"body\":\"abcde\"")
                .contains("\"content-length\":\"5\"")
                .doesNotContain("transfer-encoding");
    }

    @Test
    void carriesLargeBodiesBothWays() {
        server.function = (invocation, answer) -> answer.ended(new Answered(
                bytes("{\"statusCode\":200,\"body\":\"" + "y".repeat(5_000_000) + "\"}"), "application/json", null));

        var answer = server.ask(request("POST", "/", "x".repeat(6_000_000), "Content-Type: text/plain"));

        assertThat(answer.body()).hasSize(5_000_000);
        assertThat(text(server.invoked().payload())).contains("x".repeat(6_000_000));
    }

    /// Six thousand characters that JSON has six for each take more than was taken when they came.
    @Test
    void countsWhatATextOfControlCharactersTakes() {
        var held = new CompletableFuture<Long>();
        server.function = (invocation, answer) -> {
            held.complete(server.memoryAtRest - server.memory.left());
            answer.ended(new Answered(bytes("{}"), "application/json", null));
        };

        server.ask(request("POST", "/", "\u0001".repeat(900_000), "Content-Type: text/plain"));

        assertThat(held.join()).isGreaterThan(5_400_000);
    }

    @ParameterizedTest
    @CsvSource({"6291457, text/plain", "6291000, text/plain", "4718592, image/png"})
    void refusesWhatIsLargerThanAnInvocationMayBring(int size, String type) {
        try (var client = server.connect()) {
            var answer = client.sendWhatIsTaken(request("POST", "/", "x".repeat(size), "Content-Type: " + type)
                            .getBytes(StandardCharsets.UTF_8))
                    .read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text())
                    .isEqualTo("{\"Message\":\"Request must be smaller than 6291456 bytes for the InvokeFunction"
                            + " operation\"}");
        }
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void tellsNothingOfWhyAFunctionFailed() {
        failsWith(new FunctionError(bytes("{\"errorMessage\":\"secret\"}"), "Unhandled", null), 502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no JSON", "{\"statusCode\":\"abc\"}", "{\"statusCode\":200,\"headers\":[]}"})
    void failsWhereNoAnswerCanBeMade(String payload) {
        failsWith(new Answered(bytes(payload), "application/json", null), 502);
    }

    @ParameterizedTest
    @EnumSource(NotRunnable.Cause.class)
    void failsWhereAFunctionCannotRun(NotRunnable.Cause cause) {
        failsWith(new DispatchOutcome.NotRunnable(new NotRunnable(cause, "secret")), 502);
    }

    @ParameterizedTest
    @EnumSource(ThrottleReason.class)
    void asksToSlowDown(ThrottleReason reason) {
        server.function = ending(new DispatchOutcome.Throttled(reason));

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text()).isEqualTo("{\"Message\":\"Rate Exceeded.\"}");
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("TooManyRequestsException");
    }

    @ParameterizedTest
    @CsvSource({
        "NO_CAPACITY, 429",
        "NOT_COUNTED, 502",
        "TOO_LARGE, 502",
        "NOT_READY, 502",
        "REFUSED, 502",
        "NO_ANSWER, 502",
        "SAME_ID, 502",
        "CLOSED, 503",
        "DEFECT, 502"
    })
    void saysAsLittleWhereHearthCannotServe(Reason reason, int status) {
        server.function = ending(new DispatchOutcome.Unavailable(reason));

        assertThat(server.get("/").status()).isEqualTo(status);
    }

    @Test
    void answersThoughTheDispatchFails() {
        server.function = (_, _) -> {
            throw new StackOverflowError("A test asked for it");
        };

        assertThat(server.get("/").status()).isEqualTo(502);
        assertThat(server.defects).hasValue(1);
    }

    private void failsWith(DispatchOutcome outcome, int status) {
        server.function = ending(outcome);

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo("Internal Server Error");
        assertThat(answer.header("X-Amz-Function-Error")).isEmpty();
        assertThat(answer.header("X-Amzn-Trace-Id")).isNotEmpty();
    }

    @Test
    void isRecordedAsWhatItIs() {
        server.get("/a");

        Await.until("the record was made", () -> !server.records.isEmpty());
        var subject = Optional.ofNullable(server.records.remove().subject()).orElseThrow();
        assertThat(subject.operation()).isEqualTo("InvokeFunctionUrl");
        assertThat(subject.resource()).isEqualTo(GREET.arn());
        assertThat(subject.account()).isEmpty();
    }

    // CORS

    private static final Cors CORS = Cors.builder()
            .allowOrigins(List.of("https://app.example"))
            .allowMethods(List.of("PUT"))
            .build();

    @Test
    void answersPreflightsWithoutTheFunction() {
        server.access = (_, _, _, listener) -> listener.accept(UrlAccess.Verdict.REFUSED);
        server.url(open().authType("AWS_IAM").cors(CORS));

        var answer = server.ask(
                request("OPTIONS", "/", "", "Origin: https://app.example", "Access-Control-Request-Method: PUT"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("PUT");
        assertThat(answer.header("Content-Length")).isEqualTo("0");
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void leavesOptionsToTheFunctionWhereCorsIsItsAffair() {
        server.function = answering("{\"statusCode\":204,\"headers\":{\"Access-Control-Allow-Origin\":\"*\"}}");

        var answer = server.ask(
                request("OPTIONS", "/", "", "Origin: https://app.example", "Access-Control-Request-Method: PUT"));

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(server.invocations).hasSize(1);
    }

    @Test
    void allowsPagesToReadEveryAnswer() {
        server.url(open().cors(CORS));
        server.function = answering("{\"statusCode\":200,\"headers\":{\"Access-Control-Allow-Origin\":\"*\"}}");

        assertThat(server.get("/", "Origin: https://app.example").header("Access-Control-Allow-Origin"))
                .isEqualTo("https://app.example");
        assertThat(server.get("/", "Origin: https://evil.example").header("Access-Control-Allow-Origin"))
                .isEmpty();
        server.function = answering("no JSON");
        var failed = server.get("/", "Origin: https://app.example");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(failed.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        server.access = (_, _, _, listener) -> listener.accept(UrlAccess.Verdict.REFUSED);
        var forbidden = server.get("/", "Origin: https://app.example");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
    }

    // RESPONSE_STREAM

    @Test
    void passesOnPieceByPieceWhatComesBehindThePrelude() {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        var taken = new ArrayList<String>();
        server.function = (_, answer) -> {
            var stream = answer.begins("application/vnd.awslambda.http-integration-response");
            stream.write(bytes("{\"statusCode\":202,\"headers\":{\"Content-Type\":\"text/event-stream\","), () -> {});
            stream.write(bytes("\"Content-Length\":\"6\"},\"cookies\":[\"a=1\"]}\0\0\0"), () -> {});
            stream.write(
                    bytes("\0\0\0\0\0one"),
                    () -> stream.write(bytes("two"), () -> {
                        taken.add("two");
                        answer.ended(new Streamed(null));
                    }));
        };

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("onetwo");
        assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.header("x-amzn-remapped-content-length")).isEqualTo("6");
        assertThat(answer.header("Set-Cookie")).isEqualTo("a=1");
        assertThat(answer.header("X-Amzn-Trace-Id")).isNotEmpty();
        assertThat(taken).containsExactly("two");
        assertThat(server.invoked().streams()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"text/html, text/html", "'', application/octet-stream"})
    void passesOnWhatHasNoPrelude(String type, String told) {
        streams(type, "{\"statusCode\":500}" + ZEROS + "body");

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo(told);
        assertThat(answer.text()).isEqualTo("{\"statusCode\":500}" + ZEROS + "body");
    }

    @Test
    void makesNothingOfTheAnswerOfAFunctionThatDoesNotStream() {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        server.function = answering("{\"statusCode\": 418, \"body\": \"x\"}");

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"statusCode\": 418, \"body\": \"x\"}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"no JSON\0\0\0\0\0\0\0\0body", "{\"statusCode\":200}", "{\"statusCode\":\"x\"}\0\0\0\0\0\0\0\0"})
    void failsWhereThePreludeIsNone(String whole) {
        streams(Prelude.CONTENT_TYPE, whole);

        assertThat(server.get("/").status()).isEqualTo(502);
    }

    @Test
    void failsWhereTheFunctionDoesBeforeItsHead() {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        server.function = (_, answer) -> {
            answer.begins(Prelude.CONTENT_TYPE).write(bytes("{\"status"), () -> {});
            answer.ended(new FunctionError(bytes("{}"), "Unhandled", null));
        };

        assertThat(server.get("/").status()).isEqualTo(502);
        server.function = ending(new FunctionError(bytes("{}"), "Unhandled", null));
        assertThat(server.get("/").status()).isEqualTo(502);
    }

    /// What was sent cannot be taken back, but the client is to notice that the rest is missing.
    @Test
    void breaksOffWhereTheFunctionFailsAfterItsHead() {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        server.function = (_, answer) -> {
            answer.begins("text/plain").write(bytes("one"), () -> {});
            answer.ended(new FunctionError(bytes("{\"errorMessage\":\"secret\"}"), "Unhandled", null));
        };
        try (var client = server.connect()) {
            client.send(request("GET", "/", ""));

            assertThat(client.readWithoutBody().status()).isEqualTo(200);
            assertThat(client.readChunk()).asString().isEqualTo("one");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
    void streamsNothingWhereThereIsToBeNoBody(String method, int status) {
        streams(Prelude.CONTENT_TYPE, "{\"statusCode\":" + status + "}" + ZEROS + "body");
        try (var client = server.connect()) {
            var answer = client.send(request(method, "/", "") + request(method, "/", ""))
                    .readWithoutBody();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Transfer-Encoding")).isEmpty();
            assertThat(client.readWithoutBody().status()).isEqualTo(status);
        }
    }

    private void streams(String type, String whole) {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        server.function = (_, answer) -> {
            write(answer, type, whole);
            answer.ended(new Streamed(null));
        };
    }

    private static void write(DispatchListener answer, String type, String whole) {
        answer.begins(type).write(bytes(whole), () -> {});
    }

    // AWS_IAM, where every key is believed

    private static final String AUTHORIZATION = "Authorization: AWS4-HMAC-SHA256 Credential="
            + "123456789012/20260102/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0";

    @Test
    void isClosedToWhoeverDoesNotSign() {
        server.url(open().authType("AWS_IAM"));

        var answer = server.get("/");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).isEqualTo(FORBIDDEN);
        assertThat(server.get("/", "Authorization: Bearer x").status()).isEqualTo(403);
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void tellsWhoSigned() {
        server.url(open().authType("AWS_IAM"));

        assertThat(server.get("/", AUTHORIZATION).status()).isEqualTo(200);
        assertThat(text(server.invoked().payload()))
                .contains("\"authorizer\":{\"iam\":{\"accessKey\":\"123456789012\",\"accountId\":\"123456789012\"")
                .doesNotContain("authorization");
        Await.until("the record was made", () -> !server.records.isEmpty());
        assertThat(Optional.ofNullable(server.records.remove().subject())
                        .orElseThrow()
                        .account())
                .isEqualTo("123456789012");
    }

    @Test
    void asksThePolicyAboutWhoSigned() {
        server.url(open().authType("AWS_IAM"));
        server.access = (_, caller, _, listener) -> listener.accept(
                caller.orElseThrow().account().value().equals("123456789012")
                        ? UrlAccess.Verdict.ALLOWED
                        : UrlAccess.Verdict.REFUSED);

        assertThat(server.get("/", AUTHORIZATION).status()).isEqualTo(200);
        var other = server.get("/", AUTHORIZATION.replace("=123456789012", "=210987654321"));
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.text()).isEqualTo(FORBIDDEN);
    }

    @Test
    void wantsASignatureForItsOwnRegion() {
        server.url(open().authType("AWS_IAM"));

        var answer = server.get("/", AUTHORIZATION.replace("eu-west-1", "us-east-1"));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("InvalidSignatureException");
    }

    /// Where every key is believed, a page could name any, were it not for its origin.
    @Test
    void isClosedToPagesOfElsewhereWhereKeysAreBelieved() {
        server.url(open().authType("AWS_IAM"));
        assertThat(server.get("/", AUTHORIZATION, "Origin: https://app.example").status())
                .isEqualTo(403);

        server.url(open().authType("AWS_IAM").cors(CORS));
        assertThat(server.get("/", AUTHORIZATION, "Origin: https://app.example").status())
                .isEqualTo(200);
        assertThat(server.get("/", AUTHORIZATION, "Origin: https://evil.example")
                        .status())
                .isEqualTo(403);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
