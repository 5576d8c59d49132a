package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Functions call this server, and services on its loopback, with nothing configured in them.
class FunctionsReachHearthTest {
    private static final String ACCOUNT = "444455556666";
    private static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/service-role/reaching";
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path data;

    private static HttpServer service;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws Exception {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        service.createContext("/", exchange -> {
            var asked = exchange.getRequestURI() + " at "
                    + exchange.getRequestHeaders().getFirst("Host");
            exchange.sendResponseHeaders(200, asked.length());
            try (var body = exchange.getResponseBody()) {
                body.write(asked.getBytes(StandardCharsets.UTF_8));
            }
        });
        service.start();
        var key = Keys.create(data, ACCOUNT);
        server = HearthProcess.start(
                data,
                Map.of("AWS_ENDPOINT_URL_S3", "http://localhost:" + port() + "/base"),
                "--auth",
                "sigv4",
                "--endpoint",
                "sqs=http://127.0.0.1:" + port());
        lambda = key.lambda(server.endpoint());
    }

    @AfterAll
    static void end() {
        if (service != null) {
            service.stop(0);
        }
        if (server != null) {
            lambda.close();
            server.close();
        }
    }

    private static int port() {
        return service.getAddress().getPort();
    }

    private static String create(LambdaClient lambda, Map<String, String> variables) {
        return create(lambda, variables, Zips.of("reaching.py", source()));
    }

    private static String create(LambdaClient lambda, Map<String, String> variables, SdkBytes zip) {
        var name = "reaching-" + NAMES.incrementAndGet();
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("reaching.handler")
                .role(ROLE)
                .timeout(60)
                .memorySize(512)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return name;
    }

    private static String create() {
        return create(lambda, Map.of());
    }

    private static String source() {
        try (var in = FunctionsReachHearthTest.class.getResourceAsStream("reaching.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(String function, String payload) {
        return ask(lambda, function, payload);
    }

    private static String ask(LambdaClient lambda, String function, String payload) {
        var answer = lambda.invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String(payload)));
        assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
        return answer.payload().asUtf8String();
    }

    @Test
    void oneInvokesAnotherBySignedRequests() {
        var caller = create();
        var other = create();

        var answer = ask(
                caller,
                "{\"do\":\"invoke\",\"function\":\"%s\",\"payload\":{\"do\":\"echo\",\"n\":7}}".formatted(other));

        assertThat(answer)
                .contains("\"status\": 200")
                .contains("\\\"from\\\": \\\"" + other + "\\\"")
                .contains("\\\"n\\\": 7");
    }

    @Test
    void oneReadsWhatAnotherStreams() {
        var caller = create();
        var other = create();

        var answer =
                ask(caller, "{\"do\":\"stream\",\"function\":\"%s\",\"payload\":{\"do\":\"echo\"}}".formatted(other));

        assertThat(answer)
                .contains("\"status\": 200")
                .contains("PayloadChunk")
                .contains("InvokeComplete")
                .contains(other);
    }

    @Test
    void oneIsItsRoleToSts() {
        var function = create();

        assertThat(ask(function, "{\"do\":\"who\"}"))
                .contains("<Arn>arn:aws:sts::" + ACCOUNT + ":assumed-role/reaching/" + function + "</Arn>")
                .contains("<Account>" + ACCOUNT + "</Account>");
    }

    @Test
    void boto3NeedsNothingButItsDefaults(@TempDir Path folder) throws Exception {
        var caller = create(lambda, Map.of(), Boto3.with(folder, "reaching.py", source()));
        var other = create();

        var answer = ask(
                caller,
                "{\"do\":\"boto3\",\"function\":\"%s\",\"payload\":{\"do\":\"echo\",\"n\":7}}".formatted(other));

        assertThat(answer).contains("{\"from\": \"" + other + "\"").contains("assumed-role/reaching/" + caller);
    }

    @Test
    void credentialsEndWithTheirEnvironment() throws Exception {
        var function = create();
        var variables = ask(function, "{\"do\":\"variables\"}");
        var request = signed(variables);
        assertThat(send(request.get()).statusCode()).isEqualTo(200);

        lambda.deleteFunction(r -> r.functionName(function));

        Await.until("the key has ended", () -> send(request.get()).statusCode() == 403);
        var refusal = send(request.get());
        assertThat(refusal.headers().firstValue("x-amzn-ErrorType")).contains("ExpiredTokenException");
        assertThat(refusal.body()).contains("The security token included in the request is expired");
    }

    /// Signs a request with what a function found in its environment.
    private static java.util.function.Supplier<HttpRequest> signed(String variables) {
        var id = member(variables, "AWS_ACCESS_KEY_ID");
        var secret = member(variables, "AWS_SECRET_ACCESS_KEY");
        var token = member(variables, "AWS_SESSION_TOKEN");
        return () -> {
            var draft = new Draft("GET", "/2016-08-19/account-settings");
            draft.headers.add("Host: " + server.endpoint().getHost() + ":"
                    + server.endpoint().getPort());
            new Signature(id, secret, "eu-west-1").sign(draft);
            var request = HttpRequest.newBuilder(server.endpoint().resolve("/2016-08-19/account-settings"));
            for (var header : draft.headers) {
                if (!header.startsWith("Host")) {
                    request.header(
                            header.substring(0, header.indexOf(':')),
                            header.substring(header.indexOf(':') + 1).strip());
                }
            }
            return request.header("X-Amz-Security-Token", token).build();
        };
    }

    private static String member(String json, String name) {
        var start = json.indexOf("\"" + name + "\": \"") + name.length() + 5;
        return json.substring(start, json.indexOf('"', start));
    }

    private static java.net.http.HttpResponse<String> send(HttpRequest request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneThatCallsItselfIsBoundedByItsConcurrency() {
        var function = create();
        lambda.putFunctionConcurrency(r -> r.functionName(function).reservedConcurrentExecutions(3));

        var answer = ask(function, "{\"do\":\"recurse\"}");

        assertThat(answer)
                .contains("\"status\": 429")
                .contains("TooManyRequestsException")
                .contains("ReservedFunctionConcurrentInvocationLimitExceeded");
    }

    @Test
    void requestsHaveTheSameLimitsAsThoseFromOutside() {
        var function = create();

        assertThat(ask(function, "{\"do\":\"large\",\"bytes\":6291457}"))
                .contains("\"status\": 413")
                .contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS_ENDPOINT_URL_S3 /base/asked at localhost", "AWS_ENDPOINT_URL_SQS /asked at 127.0.0.1"})
    void servicesOnTheLoopbackAreFoundWhereTheyAre(String expected) {
        var words = expected.split(" ", 2);

        assertThat(ask(create(), "{\"do\":\"get\",\"variable\":\"%s\"}".formatted(words[0])))
                .contains("\"status\": 200")
                .contains(words[1] + ":" + port());
    }

    @Test
    void nothingElseOfTheHostIsReached() throws Exception {
        assumeNamespaces();
        try (var bait = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var addresses = "[[\"127.0.0.1\",%d],[\"127.0.0.1\",%d],[\"127.0.0.3\",9001],[\"127.0.0.2\",%d]]"
                    .formatted(bait.getLocalPort(), server.endpoint().getPort(), port());

            assertThat(ask(create(), "{\"do\":\"refused\",\"addresses\":" + addresses + "}"))
                    .isEqualTo("[true, true, true, true]");
        }
    }

    @Test
    void aFunctionsOwnVariablesWin() {
        var one = ask(create(lambda, Map.of("AWS_ENDPOINT_URL_S3", "http://mine")), "{\"do\":\"variables\"}");
        assertThat(one)
                .contains("\"AWS_ENDPOINT_URL_S3\": \"http://mine\"")
                .contains("\"AWS_ENDPOINT_URL_LAMBDA\": \"http://");

        var all = ask(create(lambda, Map.of("AWS_ENDPOINT_URL", "http://mine")), "{\"do\":\"variables\"}");
        assertThat(all).contains("\"AWS_ENDPOINT_URL\": \"http://mine\"").doesNotContain("AWS_ENDPOINT_URL_");
    }

    @Test
    void withoutSignaturesOneActsInItsOwnAccountAlone(@TempDir Path own) {
        try (var trusting = HearthProcess.start(own, "--pool-memory", "0");
                var here = Clients.lambda(trusting.endpoint(), ACCOUNT, "any", Region.EU_WEST_1);
                var elsewhere = Clients.lambda(trusting.endpoint(), "999999999999", "any", Region.EU_WEST_1)) {
            var function = create(here, Map.of());
            var victim = create(elsewhere, Map.of());
            var invocation = "{\"do\":\"invoke\",\"function\":\"%s\",\"keyId\":%s,\"payload\":{\"do\":\"echo\"}}";

            assertThat(ask(here, function, invocation.formatted(function, "null")))
                    .contains("\"status\": 200");
            assertThat(ask(here, function, invocation.formatted(victim, "null")))
                    .contains("\"status\": 404");
            if (isRoot()) {
                assertThat(ask(here, function, invocation.formatted(victim, "\"999999999999\"")))
                        .contains("\"status\": 403")
                        .contains("acts in its own account");
            }
            assertThat(ask(here, function, "{\"do\":\"who\"}")).contains("assumed-role/reaching/" + function);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bubblewrap", "process"})
    void alsoWhereFunctionsShareTheHostsNetwork(String kind, @TempDir Path own) throws Exception {
        assumeTrue(kind.equals("process") || Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
        var key = Keys.create(own, ACCOUNT);
        var environment = Map.of("AWS_ENDPOINT_URL_S3", "http://localhost:" + port());
        try (var sharing = HearthProcess.start(own, environment, "--auth", "sigv4", "--sandbox", kind);
                var caller = key.lambda(sharing.endpoint())) {
            var function = create(caller, Map.of());

            assertThat(ask(
                            caller,
                            function,
                            "{\"do\":\"invoke\",\"function\":\"%s\",\"payload\":{\"do\":\"echo\"}}"
                                    .formatted(function)))
                    .contains("\"status\": 200");
            assertThat(ask(caller, function, "{\"do\":\"get\",\"variable\":\"AWS_ENDPOINT_URL_S3\"}"))
                    .contains("\"status\": 200");
        }
    }

    @Test
    void canBeSwitchedOff(@TempDir Path own) {
        var environment = new HashMap<>(Map.of("AWS_ENDPOINT_URL_S3", "http://localhost:" + port()));
        try (var closed = HearthProcess.start(own, environment, "--function-endpoints", "off");
                var caller = Clients.lambda(closed.endpoint(), ACCOUNT, "any", Region.EU_WEST_1)) {
            var function = create(caller, Map.of());

            assertThat(ask(caller, function, "{\"do\":\"variables\"}"))
                    .doesNotContain("AWS_ENDPOINT_URL")
                    .contains("\"AWS_ACCESS_KEY_ID\": \"" + ACCOUNT + "\"");
            if (isRoot()) {
                assertThat(ask(
                                caller,
                                function,
                                "{\"do\":\"refused\",\"addresses\":[[\"127.0.0.2\",9001],[\"127.0.0.1\",%d]]}"
                                        .formatted(port())))
                        .isEqualTo("[true, true]");
            }
        }
    }

    private static void assumeNamespaces() {
        assumeTrue(isRoot(), "sandboxes of namespaces need root");
    }

    private static boolean isRoot() {
        return System.getProperty("user.name", "").equals("root");
    }
}
