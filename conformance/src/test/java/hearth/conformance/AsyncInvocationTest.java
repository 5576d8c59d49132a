package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// Invocations that nobody waits for, as AWS's client makes them.
class AsyncInvocationTest {
    /// Remembers what it is invoked with, and tells when it is asked.
    private static final SdkBytes MEMORY = Zips.of(
            "app.py",
            "seen = []\n"
                    + "def handler(event, context):\n"
                    + "    if event == 'tell':\n"
                    + "        return seen\n"
                    + "    seen.append({'event': event, 'id': context.aws_request_id})\n");

    private static final SdkBytes ECHO = Zips.of("app.py", "def handler(event, context):\n    return event\n");
    private static final SdkBytes FAILING =
            Zips.of("app.py", "def handler(event, context):\n    raise ValueError('no')\n");
    /// Fails on every fifth event, and always on every twentieth.
    private static final SdkBytes UNSTEADY = Zips.of(
            "app.py",
            "import random\n"
                    + "def handler(event, context):\n"
                    + "    if event['n'] % 20 == 0 or event['n'] % 5 == 0 and random.random() < 0.5:\n"
                    + "        raise ValueError('no')\n");

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private static Path data;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() {
        data = TestServer.temporaryFolder();
        server = HearthProcess.start(data, "--retry-base", "100ms");
        lambda = Clients.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void runsLaterAndTellsADestinationOfTheSuccess() {
        var memory = create("memory-success", MEMORY);
        var echo = create("echo", ECHO);
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName(echo).destinationConfig(c -> c.onSuccess(s -> s.destination(arn(memory)))));

        var answer = lambda.invoke(r -> r.functionName(echo)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{\"a\":1}")));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.payload().asByteArray()).isEmpty();
        var requestId = answer.responseMetadata().requestId();
        Await.until(() -> tell(memory), () -> tell(memory).contains(requestId));
        assertThat(tell(memory))
                .contains(
                        "\"condition\": \"Success\"",
                        "\"approximateInvokeCount\": 1",
                        "\"functionArn\": \"" + arn(echo) + ":$LATEST\"",
                        "\"requestPayload\": {\"a\": 1}",
                        "\"responsePayload\": {\"a\": 1}",
                        "\"executedVersion\": \"$LATEST\"");
    }

    @Test
    void triesTwiceMoreAndTellsADestinationOfTheFailure() {
        var memory = create("memory-failure", MEMORY);
        var failing = create("failing", FAILING);
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName(failing).destinationConfig(c -> c.onFailure(s -> s.destination(arn(memory)))));

        invokeLater(failing, "{}");

        Await.until(() -> tell(memory), () -> tell(memory).contains("RetriesExhausted"));
        assertThat(tell(memory))
                .contains("\"approximateInvokeCount\": 3", "\"functionError\": \"Unhandled\"", "ValueError");
        assertThat(starts(failing)).hasSize(3);
        assertThat(Set.copyOf(starts(failing))).hasSize(1);
    }

    @Test
    void anOldCallDoesTheSame() throws Exception {
        var memory = create("memory-old", MEMORY);

        // No client of today has a method for it.
        var request = HttpRequest.newBuilder(
                        server.endpoint().resolve("/2014-11-13/functions/" + memory + "/invoke-async/"))
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request,"
                                + " SignedHeaders=host, Signature=00")
                .POST(HttpRequest.BodyPublishers.ofString("{\"old\":1}"))
                .build();
        int status;
        try (var client = HttpClient.newHttpClient()) {
            status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }

        assertThat(status).isEqualTo(202);
        Await.until(() -> tell(memory), () -> tell(memory).contains("\"old\": 1"));
    }

    @Test
    void aStoppedFunctionGivesItsEventsUp() {
        var memory = create("memory-stopped", MEMORY);
        var stopped = create("stopped", ECHO);
        lambda.putFunctionEventInvokeConfig(
                r -> r.functionName(stopped).destinationConfig(c -> c.onFailure(s -> s.destination(arn(memory)))));
        lambda.putFunctionConcurrency(r -> r.functionName(stopped).reservedConcurrentExecutions(0));

        invokeLater(stopped, "{}");

        Await.until(() -> tell(memory), () -> tell(memory).contains("ZeroReservedConcurrency"));
        assertThat(tell(memory)).contains("\"approximateInvokeCount\": 0").doesNotContain("responseContext");
    }

    @Test
    void refusesWhatCannotRun() {
        assertThatThrownBy(() -> invokeLater("nobody", "{}")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void saysWhatWaits() throws Exception {
        var held = create("held", ECHO);
        lambda.putFunctionEventInvokeConfig(r -> r.functionName(held)
                .destinationConfig(c -> c.onSuccess(s -> s.destination("arn:aws:sqs:eu-west-1:000000000000:heard"))));

        invokeLater(held, "{}");

        Await.until(this::events, () -> events().contains("Hearth was not told where SQS is"));
        assertThat(events()).contains("arn:aws:sqs:eu-west-1:000000000000:heard: 1 to be told");
    }

    private String events() {
        try {
            var process = HearthProcess.command(List.of("events", "--data", data.toString()))
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whatever was answered with 202 ends as a success or a failure of which its queue hears, however often the
    /// server is killed meanwhile.
    @Test
    void losesNothingWhenItIsKilled() throws Exception {
        var seed = new Random().nextLong();
        System.out.println("AsyncInvocationTest seed " + seed);
        var random = new Random(seed);
        var folder = TestServer.temporaryFolder();
        var accepted = new ConcurrentSkipListSet<String>();
        try (var queues = RecordedQueues.start()) {
            String[] options = {"--retry-base", "100ms", "--endpoint", "sqs=" + queues.url()};
            // More with -Dhearth.events.kills=50.
            int rounds = Integer.getInteger("hearth.events.kills", 6);
            for (int round = 0; round < rounds; round++) {
                var killed = HearthProcess.start(folder, options);
                var client = Clients.lambda(killed.endpoint());
                if (round == 0) {
                    create(client, "unsteady", UNSTEADY);
                    client.putFunctionEventInvokeConfig(r -> r.functionName("unsteady")
                            .destinationConfig(c -> c.onSuccess(s -> s.destination(queue("succeeded")))
                                    .onFailure(f -> f.destination(queue("failed")))));
                }
                var prefix = "round-" + round + "-";
                int enough = accepted.size() + 20 + random.nextInt(200);
                try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (int caller = 0; caller < 8; caller++) {
                        var name = prefix + caller + "-";
                        callers.execute(() -> invokeUntilItFails(client, name, accepted));
                    }
                    while (accepted.size() < enough) {
                        Thread.onSpinWait();
                    }
                    killed.kill();
                }
            }
            try (var _ = HearthProcess.start(folder, options)) {
                Await.until(() -> missing(queues, accepted) + " are missing", () -> missing(queues, accepted)
                        .isEmpty());
            }
            int succeeded = ids(queues.messages("succeeded")).size();
            int failed = ids(queues.messages("failed")).size();
            System.out.printf(
                    "%d events were accepted: %d success records and %d failure records for them and for those whose"
                            + " caller was not told%n",
                    accepted.size(), succeeded, failed);
            assertThat(failed).isPositive();
        }
    }

    private static Set<String> missing(RecordedQueues queues, Set<String> accepted) {
        var missing = new TreeSet<>(accepted);
        missing.removeAll(new HashSet<>(ids(queues.messages("succeeded"))));
        missing.removeAll(new HashSet<>(ids(queues.messages("failed"))));
        return missing;
    }

    private static List<String> ids(List<String> records) {
        return records.stream()
                .map(record ->
                        ID.matcher(record).results().findFirst().orElseThrow().group(1))
                .toList();
    }

    private static String queue(String name) {
        return "arn:aws:sqs:eu-west-1:000000000000:" + name;
    }

    private static void invokeUntilItFails(LambdaClient client, String prefix, Set<String> accepted) {
        try {
            for (int i = 0; ; i++) {
                var id = prefix + i;
                int number = i;
                client.invoke(r -> r.functionName("unsteady")
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String("{\"id\":\"" + id + "\",\"n\":" + number + "}")));
                accepted.add(id);
            }
        } catch (SdkException killed) {
            // As planned.
        }
    }

    private static List<String> starts(String function) {
        return found(data, function, Pattern.compile("START RequestId: (\\S+)"));
    }

    private static List<String> found(Path folder, String function, Pattern wanted) {
        try (var files = Files.walk(folder.resolve("logs"))) {
            return files.filter(
                            file -> Files.isRegularFile(file) && file.toString().contains(function))
                    .flatMap(file -> wanted.matcher(read(file)).results().map(match -> match.group(1)))
                    .collect(Collectors.toList());
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

    private static void invokeLater(String function, String payload) {
        lambda.invoke(r -> r.functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(payload)));
    }

    private static String tell(String memory) {
        try {
            return lambda.invoke(r -> r.functionName(memory).payload(SdkBytes.fromUtf8String("\"tell\"")))
                    .payload()
                    .asUtf8String();
        } catch (TooManyRequestsException busy) {
            // An event is what it is busy with.
            return "";
        }
    }

    private static String create(String name, SdkBytes zip) {
        create(lambda, name, zip);
        if (zip.equals(MEMORY)) {
            // Its memory is that of one environment.
            lambda.putFunctionConcurrency(r -> r.functionName(name).reservedConcurrentExecutions(1));
        }
        return name;
    }

    private static void create(LambdaClient client, String name, SdkBytes zip) {
        client.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(20)
                .code(c -> c.zipFile(zip)));
        client.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static String arn(String function) {
        return "arn:aws:lambda:eu-west-1:000000000000:function:" + function;
    }
}
