package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/// The server ends, asked or killed, and starts again: nothing is lost, and nothing is left behind.
class RestartTest {
    private static final int MANY = 64;
    private static final SdkBytes ECHO = Zips.of("app.py", "def handler(event, context):\n    return event\n");

    @Test
    void keepsEveryFunctionOverARestart() {
        var data = TestServer.temporaryFolder();
        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "kept");
            assertThat(server.stop()).isIn(0, 143);
        }

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("kept"));
            var answer = lambda.invoke(r -> r.functionName("kept").payload(SdkBytes.fromUtf8String("42")));
            assertThat(answer.payload().asUtf8String()).isEqualTo("42");
        }
    }

    @Test
    void keepsEveryAcknowledgedWriteWhenKilledInTheMiddleOfThem() throws Exception {
        var seed = new Random().nextLong();
        System.out.println("RestartTest seed " + seed);
        var random = new Random(seed);
        var data = TestServer.temporaryFolder();
        var acknowledged = new ConcurrentSkipListSet<String>();
        for (int round = 0; round < 6; round++) {
            var server = HearthProcess.start(data);
            var lambda = Clients.lambda(server.endpoint());
            assertThat(names(lambda)).containsAll(acknowledged);
            var prefix = "round" + round + "-";
            var enough = acknowledged.size() + 5 + random.nextInt(40);
            try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int writer = 0; writer < 4; writer++) {
                    var name = prefix + writer + "-";
                    writers.execute(() -> createUntilItFails(lambda, name, acknowledged));
                }
                while (acknowledged.size() < enough) {
                    Thread.onSpinWait();
                }
                server.kill();
            }
        }

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            assertThat(names(lambda)).containsAll(acknowledged);
            for (var name : List.of(acknowledged.first(), acknowledged.last())) {
                lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
                assertThat(lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("7")))
                                .payload()
                                .asUtf8String())
                        .isEqualTo("7");
            }
        }
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var data = TestServer.temporaryFolder();
        var traces = new Traces(data);

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "f");
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
            lambda.invoke(r -> r.functionName("f"));
            assertThat(traces.counts()).containsKeys("cgroup", "process");
        }

        assertThat(traces.now()).isEmpty();
    }

    @Test
    void leavesNothingBehindOfManyEnvironments() {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var data = TestServer.temporaryFolder();
        var traces = new Traces(data);

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "f");
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
            lambda.publishVersion(r -> r.functionName("f"));
            lambda.putProvisionedConcurrencyConfig(
                    r -> r.functionName("f").qualifier("1").provisionedConcurrentExecutions(MANY));
            Await.until(
                    "all environments are there",
                    () -> lambda.getProvisionedConcurrencyConfig(
                                            r -> r.functionName("f").qualifier("1"))
                                    .availableProvisionedConcurrentExecutions()
                            == MANY);
            assertThat(server.stop()).isEqualTo(143);
        }

        assertThat(traces.now()).isEmpty();
    }

    @Test
    void leavesNothingBehindWhenItIsStoppedInTheMiddleOfItsStart() {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var data = TestServer.temporaryFolder();
        var traces = new Traces(data);

        try (var server = HearthProcess.launch(data)) {
            Await.until("it has made something", () -> !traces.now().isEmpty());
            assertThat(server.stop()).isEqualTo(143);
        }

        assertThat(traces.now()).isEmpty();
    }

    @Test
    void clearsWhatAKilledServerLeft() {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var data = TestServer.temporaryFolder();
        var traces = new Traces(data);
        var killed = HearthProcess.start(data);
        var lambda = Clients.lambda(killed.endpoint());
        create(lambda, "f");
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        lambda.invoke(r -> r.functionName("f"));

        var made = traces.processes();
        killed.kill();
        try (var server = HearthProcess.start(data)) {
            assertThat(traces.processes()).doesNotContainAnyElementsOf(made);
            assertThat(Clients.lambda(server.endpoint())
                            .invoke(r -> r.functionName("f"))
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(traces.now()).isEmpty();
    }

    private static void createUntilItFails(
            LambdaClient lambda, String prefix, ConcurrentSkipListSet<String> acknowledged) {
        try {
            for (int i = 0; ; i++) {
                create(lambda, prefix + i);
                acknowledged.add(prefix + i);
            }
        } catch (SdkException e) {
            // The server was killed: what it had not acknowledged may be there or not.
            assertThat(e).isNotNull();
        }
    }

    private static void create(LambdaClient lambda, String name) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(60)
                .code(c -> c.zipFile(ECHO)));
    }

    private static Set<String> names(LambdaClient lambda) {
        return lambda.listFunctionsPaginator().functions().stream()
                .map(FunctionConfiguration::functionName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
