package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/// A server whose store is a PostgreSQL database.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class PostgresStoreTest {
    /// Counts what it has been sent.
    private static final SdkBytes COUNTER = Zips.of("app.py", """
                    seen = 0
                    def handler(event, context):
                        global seen
                        if event != 'tell':
                            seen += 1
                        return seen
                    """);

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @Test
    void takesOverWhatADataFolderHadAndKeepsItWhenKilled() throws Exception {
        var data = TestServer.temporaryFolder();
        try (var server = HearthProcess.start(data)) {
            create(Clients.lambda(server.endpoint()), "before");
        }
        var url = TestPostgres.running().newDatabase();

        assertThat(run("migrate", "--from", data.toString(), "--to", url))
                .contains("with 1 functions and 0 events", "--store");

        try (var server = HearthProcess.start(data, "--store", url)) {
            var lambda = Clients.lambda(server.endpoint());
            assertThat(invoke(lambda, "before")).isEqualTo("1");
            create(lambda, "after");
            server.kill();
        }
        try (var server = HearthProcess.start(data, "--store", url)) {
            var lambda = Clients.lambda(server.endpoint());
            assertThat(lambda.listFunctions().functions())
                    .extracting(function -> function.functionName())
                    .containsExactly("after", "before");
            assertThat(invoke(lambda, "after")).isEqualTo("1");

            assertThat(run(
                            "up",
                            "--port",
                            "0",
                            "--data",
                            TestServer.temporaryFolder().toString(),
                            "--store",
                            url))
                    .contains("in use by another server", "pid " + server.pid());
        }
    }

    @Test
    void goesOnInvokingWhileTheDatabaseIsAwayAndHealsByItself() throws Exception {
        try (var postgres = TestPostgres.start();
                var server = HearthProcess.start(
                        TestServer.temporaryFolder(), "--store", postgres.newDatabase(), "--retry-base", "100ms")) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "idle");
            create(lambda, "counter");
            assertThat(invoke(lambda, "counter")).isEqualTo("1");
            sendEvent(lambda, "counter");
            Await.until(
                    "the event has run",
                    () -> succeeds(() -> assertThat(tell(lambda, "counter")).isEqualTo("2")));

            postgres.crash();

            for (int i = 3; i < 20; i++) {
                assertThat(invoke(lambda, "counter")).isEqualTo(Integer.toString(i));
            }
            // Which nobody has invoked yet.
            assertThat(invoke(lambda, "idle")).isEqualTo("1");
            assertThatThrownBy(() -> create(lambda, "other"))
                    .isInstanceOfSatisfying(LambdaException.class, refusal -> assertThat(refusal.statusCode())
                            .isGreaterThanOrEqualTo(500));
            assertThatThrownBy(() -> sendEvent(lambda, "counter"))
                    .isInstanceOfSatisfying(LambdaException.class, refusal -> assertThat(refusal.statusCode())
                            .isGreaterThanOrEqualTo(500));

            postgres.startAgain();

            Await.until("functions are created again", () -> succeeds(() -> create(lambda, "other")));
            assertThat(invoke(lambda, "other")).isEqualTo("1");
            Await.until("events are taken again", () -> succeeds(() -> sendEvent(lambda, "other")));
            Await.until(
                    "the event has run",
                    () -> succeeds(() -> assertThat(tell(lambda, "other")).isNotEqualTo("1")));
        }
    }

    @Test
    void followsTheDatabaseToAnotherAddress() throws Exception {
        try (var postgres = TestPostgres.start()) {
            int another = TestPostgres.freePort();
            var url = postgres.newDatabase().replaceFirst("(127.0.0.1:\\d+)", "$1,127.0.0.1:" + another)
                    + "?targetServerType=primary";
            try (var server = HearthProcess.start(TestServer.temporaryFolder(), "--store", url)) {
                var lambda = Clients.lambda(server.endpoint());
                create(lambda, "counter");
                assertThat(invoke(lambda, "counter")).isEqualTo("1");

                postgres.crash();
                assertThat(invoke(lambda, "counter")).isEqualTo("2");
                postgres.startAgainAt(another);

                Await.until("functions are created again", () -> succeeds(() -> create(lambda, "other")));
                assertThat(invoke(lambda, "counter")).isEqualTo("3");
                assertThat(invoke(lambda, "other")).isEqualTo("1");
            }
        }
    }

    /// Its machine hangs: connections stay, and nothing comes.
    @Test
    void goesOnInvokingWhileTheDatabaseSaysNothingAndStopsAllTheSame() throws Exception {
        try (var postgres = TestPostgres.start()) {
            var server = HearthProcess.start(TestServer.temporaryFolder(), "--store", postgres.newDatabase());
            try {
                var lambda = Clients.lambda(server.endpoint());
                create(lambda, "counter");
                assertThat(invoke(lambda, "counter")).isEqualTo("1");

                postgres.freeze();

                Await.until("it says so", () -> ready(server.endpoint()).contains("\"store\":\"away\""));
                for (int i = 2; i < 20; i++) {
                    assertThat(invoke(lambda, "counter")).isEqualTo(Integer.toString(i));
                }
                long asked = System.nanoTime();
                server.close();
                assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(45));
            } finally {
                postgres.goOn();
                server.close();
            }
        }
    }

    private static String ready(URI endpoint) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(endpoint.resolve("/_hearth/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private static void create(LambdaClient lambda, String name) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.12")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(COUNTER)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        // So that what counts is one environment.
        lambda.putFunctionConcurrency(r -> r.functionName(name).reservedConcurrentExecutions(1));
    }

    private static String invoke(LambdaClient lambda, String name) {
        return payload(lambda, name, "1");
    }

    private static String tell(LambdaClient lambda, String name) {
        return payload(lambda, name, "\"tell\"");
    }

    private static String payload(LambdaClient lambda, String name, String event) {
        return lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String(event)))
                .payload()
                .asUtf8String();
    }

    private static void sendEvent(LambdaClient lambda, String name) {
        lambda.invoke(
                r -> r.functionName(name).invocationType(InvocationType.EVENT).payload(SdkBytes.fromUtf8String("1")));
    }

    private static boolean succeeds(Runnable action) {
        try {
            action.run();
            return true;
        } catch (SdkException | AssertionError e) {
            return false;
        }
    }

    private static String run(String... arguments) throws IOException {
        var command = HearthProcess.command(List.of(arguments)).redirectErrorStream(true);
        try (var output = command.start().inputReader()) {
            return output.readAllAsString();
        }
    }
}
