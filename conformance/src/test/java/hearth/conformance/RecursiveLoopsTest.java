package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.RecursiveInvocationException;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;

/// Functions that invoke themselves by AWS's own client, and those that are destinations of each other.
class RecursiveLoopsTest {
    private static final SdkBytes ECHO = Zips.of("looping.py", "def handler(event, context):\n    return 'echo'\n");
    private static final Pattern START = Pattern.compile("START RequestId: ");

    private static Path data;
    private static RecordedQueues queues;
    private static HearthProcess server;
    private static LambdaClient lambda;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        data = TestServer.temporaryFolder();
        queues = RecordedQueues.start();
        server = HearthProcess.start(data, "--retry-base", "100ms", "--endpoint", "sqs=" + queues.url());
        lambda = Clients.lambda(server.endpoint());
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        lambda.close();
        server.close();
        queues.close();
    }

    @Test
    void theSixteenthRoundIsToldThatTheNextWasStopped(@TempDir Path folder) throws Exception {
        create("direct", looping(folder));

        // Sixteen environments come up one after the other, for which AWS's client would not wait.
        var answer = http.send(
                HttpRequest.newBuilder(server.endpoint().resolve("/2015-03-31/functions/direct/invocations"))
                        .header(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request,"
                                        + " SignedHeaders=host, Signature=00")
                        .POST(BodyPublishers.ofString(event("RequestResponse", 24)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body())
                .contains("\"rounds\": 16", "\"status\": 400", "\"message\": \"Lambda has detected your function");
        assertThat(starts("direct")).isEqualTo(16);
        assertThat(dropped("direct")).isEqualTo("1.0");
    }

    @Test
    void anEventOfALoopGoesToThoseWhoHearOfFailures(@TempDir Path folder) throws Exception {
        create("later", looping(folder));
        lambda.updateFunctionConfiguration(
                r -> r.functionName("later").deadLetterConfig(d -> d.targetArn(queue("later-dead"))));
        lambda.putFunctionEventInvokeConfig(r ->
                r.functionName("later").destinationConfig(c -> c.onFailure(f -> f.destination(queue("later-failed")))));

        invokeLater("later", event("Event", 24));

        awaitMessage("later-failed");
        awaitMessage("later-dead");
        assertThat(queues.messages("later-failed"))
                .singleElement()
                .asString()
                .contains(
                        "\"condition\":\"RecursiveInvocationException\",\"approximateInvokeCount\":0}", "\"round\": 16")
                .doesNotContain("responseContext");
        assertThat(queues.messages("later-dead")).singleElement().asString().contains("\"round\": 16");
        assertThat(starts("later")).isEqualTo(16);
        assertThat(dropped("later")).isEqualTo("1.0");
    }

    @Test
    void oneThatMayLoopGoesOnUntilItEndsItself(@TempDir Path folder) throws Exception {
        create("allowed", looping(folder));
        lambda.putFunctionRecursionConfig(r -> r.functionName("allowed").recursiveLoop(RecursiveLoop.ALLOW));

        invokeLater("allowed", event("Event", 24));

        Await.until("24 rounds", () -> starts("allowed") == 24);
        assertThat(dropped("allowed")).isEqualTo("0.0");
    }

    @Test
    void functionsThatAreEachOthersDestinationsAreStopped() {
        create("ping", ECHO);
        create("pong", ECHO);
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName("ping").destinationConfig(c -> c.onSuccess(s -> s.destination(arn("pong")))
                        .onFailure(f -> f.destination(queue("ping-failed")))));
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName("pong").destinationConfig(c -> c.onSuccess(s -> s.destination(arn("ping")))));

        invokeLater("ping", "{}");

        awaitMessage("ping-failed");
        assertThat(starts("ping")).isEqualTo(16);
        assertThat(starts("pong")).isEqualTo(16);
    }

    /// As whatever stands between two rounds may send it, an API gateway or a queue.
    @Test
    void aHeaderFromOutsideCounts() {
        create("outside", ECHO);
        var first = lambda.invoke(r -> r.functionName("outside"));
        var trace =
                first.sdkHttpResponse().firstMatchingHeader("X-Amzn-Trace-Id").orElseThrow();
        assertThat(trace)
                .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1");

        assertThatThrownBy(() -> lambda.invoke(r -> r.functionName("outside")
                        .overrideConfiguration(c -> c.putHeader("X-Amzn-Trace-Id", trace.replaceAll("1$", "16")))))
                .isInstanceOfSatisfying(RecursiveInvocationException.class, stopped -> {
                    assertThat(stopped.statusCode()).isEqualTo(400);
                    assertThat(stopped.awsErrorDetails().errorMessage()).contains("recursive loop");
                });
    }

    private static SdkBytes looping(Path folder) throws Exception {
        try (var source = RecursiveLoopsTest.class.getResourceAsStream("looping.py")) {
            return Boto3.with(folder, "looping.py", new String(source.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void create(String name, SdkBytes zip) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("looping.handler")
                .role(TestServer.ROLE)
                .timeout(170)
                .memorySize(768)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    /// @param most rounds after which the function ends by itself
    private static String event(String type, int most) {
        return "{\"type\": \"" + type + "\", \"round\": 0, \"most\": " + most + "}";
    }

    private static void invokeLater(String function, String event) {
        lambda.invoke(r ->
                r.functionName(function).invocationType(InvocationType.EVENT).payload(SdkBytes.fromUtf8String(event)));
    }

    private static void awaitMessage(String queue) {
        Await.until(() -> "a message in " + queue + ":\n" + server.output(), () -> !queues.messages(queue)
                .isEmpty());
    }

    private static long starts(String function) {
        try (var files = Files.walk(data.resolve("logs"))) {
            return files.filter(file -> Files.isRegularFile(file)
                            && data.relativize(file).toString().contains(function))
                    .mapToLong(file -> START.matcher(read(file)).results().count())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the metrics say of how many invocations of a function were not run.
    private static String dropped(String function) throws Exception {
        var metrics = http.send(
                        HttpRequest.newBuilder(server.endpoint().resolve("/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        var found = Pattern.compile(
                        "lambda_recursive_invocations_dropped_total\\{[^}]*faas_name=\"" + function + "\"} (\\S+)")
                .matcher(metrics);
        assertThat(found.find()).as(metrics).isTrue();
        return found.group(1);
    }

    private static String arn(String function) {
        return "arn:aws:lambda:eu-west-1:000000000000:function:" + function;
    }

    private static String queue(String name) {
        return "arn:aws:sqs:eu-west-1:000000000000:" + name;
    }
}
