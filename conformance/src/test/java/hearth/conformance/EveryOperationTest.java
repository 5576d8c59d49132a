package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.conformance.ApiModel.Operation;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LambdaRequest;

/// Calls each operation that there is with new clients of AWS's, once: each gives a result, or an error that the client
/// understands. What is not written says so by its name; nothing else is a fault of the server.
class EveryOperationTest {
    /// As AWS publishes it to npm.
    private static final String JAVASCRIPT = "@aws-sdk/client-lambda@3.1164.0";

    /// The SDK for Java has no method for it.
    private static final String OLD = "InvokeAsync";

    private static final Pattern FAULT = Pattern.compile("(?m)^\\S+ ERROR .*");

    private static final String STREAMED = "InvokeWithResponseStream";

    private final ApiModel model = ApiModel.load();

    @TempDir
    private Path folder;

    /// What a client made of an answer.
    ///
    /// @param error the name of the error that it threw; empty for a result
    private record Answer(int status, String error, String message) {
        static Answer of(LambdaException thrown) {
            var details = thrown.awsErrorDetails();
            return new Answer(thrown.statusCode(), details.errorCode(), String.valueOf(details.errorMessage()));
        }

        boolean isResult() {
            return error.isEmpty();
        }

        boolean isNotThereYet(String operation) {
            return status == 501
                    && error.equals("NotImplementedException")
                    && message.equals(operation + " is not available in Hearth yet.");
        }
    }

    @Test
    void theSdkForJavaUnderstandsEachAnswer() throws Exception {
        try (var server = HearthProcess.start(folder.resolve("java"), "--pool-memory", "0");
                var client = Clients.lambda(server.endpoint());
                var streams = Clients.asyncLambda(server.endpoint())) {
            var requests = requests(KnownResources.create(client));
            requests.remove(OLD);
            var answers = new LinkedHashMap<String, Answer>();

            for (var request : requests.entrySet()) {
                answers.put(request.getKey(), call(client, streams, request.getKey(), request.getValue()));
            }

            check("SDK for Java", answers);
            assertThat(server.output()).doesNotContainPattern(FAULT);
        }
    }

    @Test
    void theSdkForJavaScriptUnderstandsEachAnswer() throws Exception {
        assumeTrue(run(folder, "npm", "--version").isOk(), "This host has no npm");
        var installed = run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", JAVASCRIPT);
        assumeTrue(installed.isOk(), "npm could not install " + JAVASCRIPT + ": " + installed.text());
        var script = folder.resolve("every-operation.mjs");
        try (var resource = EveryOperationTest.class.getResourceAsStream("every-operation.mjs")) {
            Files.write(script, Objects.requireNonNull(resource).readAllBytes());
        }
        try (var server = HearthProcess.start(folder.resolve("javascript"), "--pool-memory", "0");
                var client = Clients.lambda(server.endpoint())) {
            var requests = requests(KnownResources.create(client));
            Files.writeString(folder.resolve("requests.json"), Draft.json(requests));

            var called = run(
                    folder, "node", script.toString(), server.endpoint().toString(), "requests.json", "answers.json");

            assertThat(called.isOk()).as(called.text()).isTrue();
            var answers = new LinkedHashMap<String, Answer>();
            JsonNode.parser()
                    .parse(Files.readString(folder.resolve("answers.json")))
                    .asObject()
                    .forEach((operation, answer) -> {
                        answers.put(
                                operation,
                                new Answer(
                                        Integer.parseInt(answer.field("status")
                                                .orElseThrow()
                                                .asNumber()),
                                        answer.field("error").orElseThrow().text(),
                                        answer.field("message").orElseThrow().text()));
                    });
            assertThat(answers.keySet())
                    .as("commands of the client")
                    .containsExactlyInAnyOrderElementsOf(
                            model.operations().stream().map(Operation::name).toList());
            check("SDK for JavaScript", answers);
            assertThat(server.output()).doesNotContainPattern(FAULT);
        }
    }

    private void check(String client, Map<String, Answer> answers) {
        var results = answers.entrySet().stream()
                .filter(answer -> answer.getValue().isResult())
                .map(Map.Entry::getKey)
                .toList();
        var absent = answers.entrySet().stream()
                .filter(answer -> answer.getValue().isNotThereYet(answer.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        var refused = answers.entrySet().stream()
                .filter(answer -> !results.contains(answer.getKey()) && !absent.contains(answer.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, LinkedHashMap::new));
        System.out.printf(
                "EveryOperationTest, %s: %d operations, %d results, %d not there yet, refused %s%n",
                client, answers.size(), results.size(), absent.size(), refused);

        assertThat(absent).allMatch(name -> name.contains("CapacityProvider") || name.contains("Durable"));
        assertThat(absent).hasSize(15);
        assertThat(refused).allSatisfy((_, answer) -> {
            assertThat(answer.error()).matches("[A-Z][A-Za-z0-9]+Exception");
            assertThat(answer.message()).isNotBlank();
            assertThat(answer.status()).matches(status -> status >= 400 && status < 500);
        });
        assertThat(results).hasSizeGreaterThan(55);
    }

    /// One request for each operation: what makes something comes first, what takes it away last, the function at the
    /// very end.
    private Map<String, Map<String, Object>> requests(KnownResources known) {
        var requests = new LinkedHashMap<String, Map<String, Object>>();
        model.operations().stream()
                .sorted(Comparator.comparing((Operation operation) -> turn(operation.name()))
                        .thenComparing(Operation::name))
                .forEach(operation -> requests.put(
                        operation.name(),
                        new ValidRequests(model, new Random(1), known.values(operation)).members(operation)));
        return requests;
    }

    private static int turn(String operation) {
        if (operation.matches("(Create|Add|Put|Publish).*")) {
            return 0;
        }
        if (operation.equals("DeleteFunction")) {
            return 3;
        }
        return operation.matches("(Delete|Remove|Untag).*") ? 2 : 1;
    }

    private static Answer call(
            LambdaClient client, LambdaAsyncClient streams, String operation, Map<String, Object> members)
            throws ReflectiveOperationException {
        var request = SdkRequests.of(operation, members);
        try {
            return operation.equals(STREAMED) ? stream(streams, request) : call(client, operation, request);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LambdaException thrown) {
                return Answer.of(thrown);
            }
            throw e;
        }
    }

    private static Answer call(LambdaClient client, String operation, LambdaRequest request)
            throws ReflectiveOperationException {
        var method = operation.substring(0, 1).toLowerCase(Locale.ROOT) + operation.substring(1);
        var response = (SdkResponse) LambdaClient.class
                .getMethod(method, SdkRequests.type(operation))
                .invoke(client, request);
        return new Answer(response.sdkHttpResponse().statusCode(), "", "");
    }

    private static Answer stream(LambdaAsyncClient client, LambdaRequest request) {
        try {
            client.invokeWithResponseStream(
                            (InvokeWithResponseStreamRequest) request,
                            InvokeWithResponseStreamResponseHandler.builder()
                                    .subscriber(_ -> {})
                                    .build())
                    .join();
            return new Answer(200, "", "");
        } catch (CompletionException e) {
            if (e.getCause() instanceof LambdaException thrown) {
                return Answer.of(thrown);
            }
            throw e;
        }
    }

    /// A program that has ended, and what it printed.
    private record Ran(boolean isOk, String text) {}

    private static Ran run(Path folder, String... words) throws InterruptedException {
        try {
            var process = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0, text);
        } catch (IOException e) {
            return new Ran(false, String.valueOf(e.getMessage()));
        }
    }
}
